using System.Diagnostics;
using ImeiAgent.Client.Telemetry;

namespace ImeiAgent.Client.Cli;

/// <summary>
/// One run of the command line as the root of a trace. A script that sets TRACEPARENT has all its runs in one trace. The span's name is
/// made of the command's own words, never of what was typed behind them.
/// </summary>
internal sealed class RunTrace : IAsyncDisposable
{
    public const string SourceName = "ImeiAgent.Cli";

    private static readonly ActivitySource s_source = new(SourceName);

    private readonly string _command;
    private readonly ProgramTelemetry _telemetry;
    private readonly Activity? _span;

    private RunTrace(string command, ProgramTelemetry telemetry, Activity? span) => (_command, _telemetry, _span) = (command, telemetry, span);

    /// <summary>The trace id of the run that is under way here; null when there is none.</summary>
    public static string? CurrentId => Root?.TraceId.ToHexString();

    /// <summary>What is wrong with the variables of telemetry.</summary>
    public IReadOnlyList<string> Problems => _telemetry.Problems;

    /// <summary>W3C traceparent of the run; null when there is no span.</summary>
    public string? Traceparent => _span?.Id;

    private static Activity? Root
    {
        get
        {
            Activity? span = Activity.Current;
            while (span is not null && span.Source.Name != SourceName)
                span = span.Parent;
            return span;
        }
    }

    /// <summary>Begins.</summary>
    /// <param name="command">Words of the command, as in "imei restore".</param>
    /// <param name="environment">Variables by name.</param>
    public static RunTrace Start(string command, Func<string, string?> environment)
    {
        ProgramTelemetry telemetry = ProgramTelemetry.Start("imei", SourceName, environment);
        // A run inside another program, as in the demo, is a trace of its own too, unless the variable says otherwise.
        ActivityContext.TryParse(environment("TRACEPARENT"), environment("TRACESTATE"), isRemote: true, out ActivityContext parent);
        Activity? before = Activity.Current;
        Activity.Current = null;
        Activity? span = s_source.StartActivity(command, ActivityKind.Internal, parent);
        if (span is null)
            Activity.Current = before;
        return new RunTrace(command, telemetry, span);
    }

    /// <summary>Notes why the run fails; the first reason counts.</summary>
    public static void Fails(string reason)
    {
        if (Root is { } span && span.GetTagItem("error.type") is null)
            span.SetTag("error.type", reason);
    }

    /// <summary>Notes how the run ended.</summary>
    public void End(ExitCode code)
    {
        _telemetry.LogEnd(_command, (int)code);
        if (_span is null)
            return;
        _span.SetTag("process.exit.code", (int)code);
        if (code == ExitCode.Ok)
            return;
        if (_span.GetTagItem("error.type") is null)
            _span.SetTag("error.type", Reason(code));
        _span.SetStatus(ActivityStatusCode.Error);
    }

    public ValueTask DisposeAsync()
    {
        _span?.Dispose();
        return _telemetry.DisposeAsync();
    }

    // For what ends with a code and no error, as an incomplete read: "OUTCOME_UNKNOWN" of OutcomeUnknown.
    private static string Reason(ExitCode code) =>
        string.Concat(code.ToString().Select((c, at) => at > 0 && char.IsAsciiLetterUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));
}
