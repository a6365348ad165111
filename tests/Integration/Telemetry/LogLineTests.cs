using System.Diagnostics;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.Client.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Logs;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

public sealed partial class LogLineTests
{
    private static readonly FakeTimeProvider s_time = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero));

    [Fact]
    public void A_record_is_one_line_with_its_trace_and_no_number()
    {
        using Activity span = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        string text = Write(LogLevel.Information, "356938035643809 is\r\nready \u001b[2J\u2028\u202Ecart", null);

        Assert.Equal($"2026-03-04T05:06:07.089Z info Operations.Leases[2301] 35693803*****09 is  ready  [2J  cart trace={span.TraceId.ToHexString()}{Environment.NewLine}", text);
    }

    [Fact]
    public void A_warnings_exception_is_on_the_line_and_an_errors_stack_below_it()
    {
        Exception fault = Thrown();

        Assert.Equal(
            $"2026-03-04T05:06:07.089Z warn Operations.Leases[2301] It broke: InvalidOperationException: no 35693803*****09{Environment.NewLine}", Write(LogLevel.Warning, "It broke", fault));
        string[] lines = Write(LogLevel.Error, "It broke", fault).TrimEnd().Split(Environment.NewLine);
        Assert.Equal("2026-03-04T05:06:07.089Z error Operations.Leases[2301] It broke: InvalidOperationException: no 35693803*****09", lines[0]);
        Assert.Contains(nameof(Thrown), string.Join(' ', lines.Skip(1)), StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.Contains("356938035643809", StringComparison.Ordinal));
    }

    [Fact]
    public void For_the_journal_each_line_says_how_important_it_is()
    {
        string[] lines = Write(LogLevel.Error, "It broke", Thrown(), journal: true).TrimEnd().Split(Environment.NewLine);

        Assert.True(lines.Length > 1);
        Assert.All(lines, line => Assert.StartsWith("<3>", line, StringComparison.Ordinal));
        Assert.StartsWith("<6>2026", Write(LogLevel.Information, "It works", null, journal: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Records_that_leave_hold_no_number_either()
    {
        var left = new Keeping();
        using (ILoggerFactory logs = LoggerFactory.Create(builder => builder.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            options.AddProcessor(new MaskedRecords()).AddProcessor(left);
        })))
            LogNumbers(logs.CreateLogger("test"), "356938035643809", 490154203237518, 7, Thrown());

        Assert.Equal("35693803*****09 and 49015420*****18 of 7", left.Message);
        Assert.DoesNotMatch("[0-9]{14}", string.Join('\n', left.Attributes.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal("no 35693803*****09", left.Attributes["exception.message"]);
        Assert.Equal(7, left.Attributes["Count"]);
        Assert.Null(left.Exception);
    }

    [Fact]
    public void Spans_that_leave_hold_no_number_either()
    {
        using Activity span = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        span.SetTag("imeiagent.port", "/dev/serial/by-id/usb-phone356938035643809-if00").SetTag("imeiagent.items", 7).SetTag("rpc.method", "imeiagent.v1.NvService/ReadItem");
        span.SetStatus(ActivityStatusCode.Error, "of 356938035643809");

        using var masking = new MaskedSpans();
        masking.OnEnd(span);

        Assert.Equal(
            [new("imeiagent.port", "/dev/serial/by-id/usb-phone35693803*****09-if00"), new("imeiagent.items", 7), new("rpc.method", "imeiagent.v1.NvService/ReadItem")], span.TagObjects);
        Assert.Equal((ActivityStatusCode.Error, "of 35693803*****09"), (span.Status, span.StatusDescription));
    }

    private static string Write(LogLevel level, string message, Exception? fault, bool journal = false)
    {
        using var text = new StringWriter();
        var entry = new LogEntry<string>(level, "ImeiAgent.Operations.Leases", new EventId(2301), message, fault, (state, _) => state);
        new LogLine(s_time) { ForJournal = journal }.Write(entry, null, text);
        return text.ToString();
    }

    [LoggerMessage(1, LogLevel.Error, "{Label} and {Number} of {Count}")]
    private static partial void LogNumbers(ILogger log, string label, long number, int count, Exception exception);

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("no 356938035643809");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    // A record is used again after its processors are through.
    private sealed class Keeping : BaseProcessor<LogRecord>
    {
        public string? Message { get; private set; }

        public Exception? Exception { get; private set; }

        public Dictionary<string, object?> Attributes { get; private set; } = [];

        public override void OnEnd(LogRecord data) =>
            (Message, Exception, Attributes) = (data.FormattedMessage, data.Exception, (data.Attributes ?? []).ToDictionary());
    }
}
