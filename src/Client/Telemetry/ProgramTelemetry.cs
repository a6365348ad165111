using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Client.Telemetry;

/// <summary>
/// The telemetry of a client program while it runs. When the standard variables ask for OTLP, OpenTelemetry sends; else nothing of it is
/// loaded and a listener alone sees to it that there are spans, so that the agent keeps the trace and errors can name it.
/// </summary>
public sealed class ProgramTelemetry : IAsyncDisposable
{
    // The longest that a collector which does not answer holds the program's end back; whoever wants to wait longer says so by the variable.
    private const int FlushLimit = 2_000, LongestFlush = 60_000;
    private const string TimeoutVariable = "OTEL_EXPORTER_OTLP_TIMEOUT";

    private readonly ActivityListener? _listener;
    private readonly OtlpExport? _export;
    private readonly TimeSpan _limit;

    private ProgramTelemetry(ActivityListener? listener, OtlpExport? export, TimeSpan limit, IReadOnlyList<string> problems) =>
        (_listener, _export, _limit, Problems) = (listener, export, limit, problems);

    /// <summary>What is wrong with the variables, for a person.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>Begins.</summary>
    /// <param name="service">The program's name, as in "imei".</param>
    /// <param name="source">The source of its own spans.</param>
    /// <param name="environment">Variables by name.</param>
    public static ProgramTelemetry Start(string service, string source, Func<string, string?> environment)
    {
        OtlpSettings settings = OtlpSettings.Of(environment);
        List<string> problems = [.. settings.Problems];
        OtlpExport? export = null;
        if (settings.Any)
        {
            try
            {
                export = StartExport(service, source, settings, environment);
            }
#pragma warning disable CA1031 // A phone is repaired whatever is wrong with the telemetry.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                problems.Add($"Nothing is sent by OTLP: {fault.Message}");
            }
        }
        ActivityListener? listener = export is not null && settings.Traces ? null : Listen(source, ClientTelemetry.Name);
        bool isSet = int.TryParse(environment(TimeoutVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) && milliseconds > 0;
        TimeSpan limit = TimeSpan.FromMilliseconds(isSet ? Math.Min(milliseconds, LongestFlush) : FlushLimit);
        return new ProgramTelemetry(listener, export, limit, problems);
    }

    /// <summary>Writes the one log record of a run, correlated with the current span; nothing when logs are not sent.</summary>
    /// <param name="command">Words of the command, as in "imei restore".</param>
    /// <param name="exitCode">What the shell gets.</param>
    public void LogEnd(string command, int exitCode) => _export?.LogEnd(command, exitCode);

    /// <summary>
    /// Has what a program logs sent too, correlated with the current span and with numbers masked: its own records from Information on, those of
    /// libraries as its own filters say. Does nothing when logs are not sent.
    /// </summary>
    public void AddTo(ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        _export?.AddTo(logging);
    }

    /// <summary>Sends what is left, for 2 s at most, or as long as OTEL_EXPORTER_OTLP_TIMEOUT says; never fails.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        if (_export is null)
            return;
        try
        {
            Task sent = Task.Run(() => _export.Flush(_limit));
            // On the real clock: a collector is no part of any test's time.
            await Task.WhenAny(sent, Task.Delay(_limit, TimeProvider.System)).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
            // What was not sent is lost, as with a collector that is not there.
        }
    }

    private static ActivityListener Listen(params string[] sources)
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            SampleUsingParentId = static (ref ActivityCreationOptions<string> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    // Apart, so that no assembly of OpenTelemetry is loaded for a run that sends nothing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OtlpExport StartExport(string service, string source, OtlpSettings settings, Func<string, string?> environment) =>
        new(service, source, settings, environment);
}
