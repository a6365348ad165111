using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client;

/// <summary>A lease that is held while a person thinks and a phone is written.</summary>
public sealed class LeaseHoldTests : IAsyncLifetime
{
    private static readonly Lease s_lease = new() { Device = Samples.PhoneName, FencingToken = 7, Holder = "ana" };

    private readonly TaskCompletionSource<WatchLeaseResponse> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FakeAgent _agent = null!;
    private AgentClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _agent.OnAcquireLease = _ => new AcquireLeaseResponse { Lease = s_lease };
        _agent.OnWatchLease = async (_, answers, context) =>
        {
            await answers.WriteAsync(new WatchLeaseResponse { Lease = s_lease });
            await answers.WriteAsync(await _end.Task.WaitAsync(context.CancellationToken));
        };
        _client = AgentClient.Connect(_agent.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task It_is_given_back_once_and_a_long_reason_is_cut_for_others()
    {
        LeaseHold hold = await LeaseHold.TakeAsync(_client, Samples.PhoneName, new string('x', 500), TimeSpan.FromMinutes(10), Ct);
        Assert.False(hold.WhileHeld.IsCancellationRequested);

        Assert.Null(await hold.ReleaseAsync());
        await hold.DisposeAsync();

        AcquireLeaseRequest asked = Assert.Single(_agent.RequestsOf<AcquireLeaseRequest>());
        Assert.Equal((200, 600L), (asked.Purpose.Length, asked.Wait.Seconds));
        Assert.Equal(7UL, Assert.Single(_agent.RequestsOf<ReleaseLeaseRequest>()).FencingToken);
        Assert.True(hold.WhileHeld.IsCancellationRequested);
        Assert.Null(hold.Lost);
    }

    [Fact]
    public async Task One_that_was_held_before_is_kept()
    {
        LeaseHold hold = LeaseHold.Keep(_client, Samples.PhoneName, 9, Ct);
        await hold.DisposeAsync();

        Assert.Equal(9UL, hold.Token);
        Assert.Empty(_agent.RequestsOf<ReleaseLeaseRequest>());
    }

    [Fact]
    public async Task What_takes_a_persons_time_ends_when_it_is_lost_with_who_took_it()
    {
        await using LeaseHold hold = await LeaseHold.TakeAsync(_client, Samples.PhoneName, "ticket 4711", TimeSpan.Zero, Ct);
        Task thinking = hold.WhileHeldAsync(ct => Task.Delay(Timeout.Infinite, ct));

        _end.SetResult(new WatchLeaseResponse { Lease = s_lease, End = LeaseEnd.Stolen, TakenBy = "eva", Reason = "a customer waits" });

        LeaseLostException lost = await Assert.ThrowsAsync<LeaseLostException>(() => thinking);
        Assert.Equal("eva took the lease 7 on sm-g991u-3f2a: a customer waits.", lost.Message);
        Assert.Same(lost, hold.Lost);
        // It is not ours any more: nothing is given back.
        await hold.DisposeAsync();
        Assert.Empty(_agent.RequestsOf<ReleaseLeaseRequest>());
    }

    [Fact]
    public async Task A_watch_that_is_refused_is_a_loss_too()
    {
        _agent.OnWatchLease = (_, _, _) => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "LEASE_SUPERSEDED", "It has ended.");
        await using LeaseHold hold = await LeaseHold.TakeAsync(_client, Samples.PhoneName, "ticket 4711", TimeSpan.Zero, Ct);

        LeaseLostException lost = await Assert.ThrowsAsync<LeaseLostException>(() => hold.WhileHeldAsync(ct => Task.Delay(Timeout.Infinite, ct)));
        Assert.Equal(("LEASE_SUPERSEDED", null), (lost.Fault?.Reason, lost.News));
    }

    [Fact]
    public async Task No_lease_ends_nothing_by_itself()
    {
        await using var none = LeaseHold.None(Ct);
        await none.WhileHeldAsync(_ => Task.CompletedTask);
        Assert.Equal(0UL, none.Token);
        Assert.Empty(_agent.Requests);
    }
}
