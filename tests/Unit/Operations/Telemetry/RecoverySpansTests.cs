using System.Collections.Concurrent;
using System.Diagnostics;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations.Telemetry;

/// <summary>What is kept of attempts to settle an interrupted restore: each that ends otherwise than the one before, and no other.</summary>
public sealed class RecoverySpansTests : IDisposable
{
    private const string New = "083A65390853468390";
    private const string Another = "084A09512430325781";

    // Phones of other tests have the same name; a port's conversation flows from here.
    private static readonly AsyncLocal<RecoverySpansTests?> s_mine = new();

    private readonly ConcurrentQueue<Activity> _recoveries = [];
    private readonly ActivityListener _listener;

    public RecoverySpansTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("ImeiAgent.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (s_mine.Value == this && span.DisplayName == "recovery")
                    _recoveries.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task A_phone_that_stays_unsettled_leaves_one_span_and_one_recording_however_often_it_is_tried()
    {
        await using var bench = new Bench();
        int conversations = 0;
        bench.Through = stream =>
        {
            conversations++;
            return stream;
        };
        RestoreRequest request = Bench.Label();
        await OpenRows.LeaveAsync(bench, request, JournalState.Sent);
        bench.Phone.Put(1, 550, Convert.FromHexString(Another));
        conversations = 0;
        s_mine.Value = this;
        await Eventually.HoldsAsync(() => bench.Registry.List()[0].State == PhoneState.Unsettled);
        // As whoever asks for it does: the port is tried again at once.
        await Eventually.HoldsAsync(() =>
        {
            bench.Registry.Recovery.Ask();
            return conversations > 4;
        });

        Activity first = Assert.Single(_recoveries);
        Assert.Equal((ActivityStatusCode.Error, "JOURNAL_OPEN"), (first.Status, first.GetTagItem("error.type")));
        Assert.Equal("/dev/sim1", Assert.Single(bench.Vault.Traces.Recordings(first.TraceId.ToHexString())).Port);
        Assert.Null(bench.Vault.Traces.Recording(2));

        // And when it can be settled at last, that is told.
        bench.Phone.Put(1, 550, Convert.FromHexString(New));
        bench.Registry.Recovery.Ask();
        await bench.ReadyAsync();

        Assert.Equal(WriteOutcome.Applied, bench.Vault.Journal.FindByRequestId(request.RequestId)!.Outcome);
        Activity last = _recoveries.Last();
        Assert.Equal((2, "applied", ActivityStatusCode.Unset), (_recoveries.Count, last.GetTagItem("imeiagent.outcome"), last.Status));
        Assert.NotEqual(first.TraceId, last.TraceId);
    }

    public void Dispose() => _listener.Dispose();
}
