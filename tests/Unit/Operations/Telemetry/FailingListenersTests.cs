using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations.Telemetry;

/// <summary>Whoever listens runs in the middle of a write. What they throw changes nothing of it, and nothing of what is told of it.</summary>
public sealed class FailingListenersTests : IDisposable
{
    private static readonly AsyncLocal<bool> s_mine = new();

    private readonly SpanRecorder _spans = new();
    private int _thrown;

    [Theory]
    [InlineData("restore", false)]
    [InlineData("restore", true)]
    [InlineData("restore.sent", false)]
    [InlineData("restore.sent", true)]
    [InlineData("restore.read_back", false)]
    [InlineData("restore.closed", true)]
    [InlineData("identify", true)]
    [InlineData("DIAG_NV_WRITE_F", false)]
    [InlineData("DIAG_NV_WRITE_F", true)]
    public async Task Of_spans(string name, bool atEnd)
    {
        await using var bench = new Bench();
        await bench.ReadyAsync();
        using Activity root = SpanRecorder.Root();
        using var failing = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("ImeiAgent.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = span => Fail(!atEnd && span.TraceId == root.TraceId && span.OperationName == name),
            ActivityStopped = span => Fail(atEnd && span.TraceId == root.TraceId && span.DisplayName == name),
        };
        ActivitySource.AddActivityListener(failing);

        await IsAppliedAsync(bench);
    }

    [Theory]
    [InlineData("imeiagent.restores")]
    [InlineData("imeiagent.snapshot.size")]
    public async Task Of_measurements(string name)
    {
        await using var bench = new Bench();
        await bench.ReadyAsync();
        using var failing = new MeterListener();
        failing.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == name)
                listener.EnableMeasurementEvents(instrument);
        };
        failing.SetMeasurementEventCallback<long>((_, _, _, _) => Fail(s_mine.Value));
        failing.Start();
        s_mine.Value = true;

        await IsAppliedAsync(bench);
    }

    public void Dispose() => _spans.Dispose();

    private async Task IsAppliedAsync(Bench bench)
    {
        RestoreEnded end = await bench.EndAsync(Bench.Label()).WaitAsync(Eventually.Deadline, Bench.Ct);

        Assert.NotEqual(0, _thrown);
        Assert.Equal((RestoreOutcome.Applied, null), (end.Receipt.Outcome, end.Failure));
        JournalRow row = bench.Vault.Journal.Find(1)!;
        Assert.Equal((JournalState.Closed, WriteOutcome.Applied), (row.State, row.Outcome));
        Assert.Equal(("083A65390853468390", 1), (bench.Held(), bench.Phone.Counters.NvWritesReceived));
    }

    private void Fail(bool mine)
    {
        if (!mine)
            return;
        Interlocked.Increment(ref _thrown);
        throw new InvalidOperationException("a listener's fault");
    }
}
