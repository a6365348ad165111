using System.Diagnostics;
using System.Globalization;
using ImeiAgent.Operations;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>
/// Writes a log record as one line: UTC time, level, category, event id, message, and the trace it belongs to. Numbers that may be IMEIs are
/// masked, whoever logged them. The stack of an error follows on lines of its own.
/// </summary>
internal sealed class LogLine(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>What it is chosen by.</summary>
    public const string FormatterName = "imei-agent";

    private const string Own = "ImeiAgent.";

    /// <summary>Whether lines begin with syslog's priority, as in "&lt;6&gt;", by which the journal knows their level.</summary>
    internal bool ForJournal { get; init; } = SystemdHelpers.IsSystemdService();

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string priority = ForJournal ? $"<{PriorityOf(logEntry.LogLevel)}>" : "";
        string category = logEntry.Category.StartsWith(Own, StringComparison.Ordinal) ? logEntry.Category[Own.Length..] : logEntry.Category;
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        Exception? fault = logEntry.Exception;
        string text = fault is null ? message : $"{message}: {fault.GetType().Name}: {fault.Message}";
        string trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? $" trace={current.TraceId.ToHexString()}" : "";
        textWriter.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{priority}{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {NameOf(logEntry.LogLevel)} {category}[{logEntry.EventId.Id}] {FreeText.Line(text)}{trace}"));
        if (fault is null || logEntry.LogLevel < LogLevel.Error)
            return;
        foreach (string line in fault.ToString().Split('\n'))
            textWriter.WriteLine($"{priority}  {FreeText.Line(line.TrimEnd('\r'))}");
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    // syslog(3).
    private static int PriorityOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        LogLevel.Error => 3,
        _ => 2,
    };
}
