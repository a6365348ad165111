using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Those who wait for a phone, and what the next agent finds of leases.</summary>
public sealed class LeaseLineTests : IDisposable
{
    private readonly LeaseRoom _room = new();

    [Fact]
    public async Task First_come_is_first_served()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        List<Task<LeaseView>> waiting = [];
        for (int i = 0; i < 10; i++)
            waiting.Add(_room.AcquireAsync(new Caller($"client {i}", $"clients/{i}", "192.0.2.9", ""), wait: 60));
        Assert.Equal(10, _room.Leases.HolderOf(LeaseRoom.Phone)!.Waiting);

        List<string> served = [];
        while (served.Count < 10)
        {
            _room.Leases.Release(LeaseRoom.Phone, lease.Token, served.Count == 0 ? LeaseRoom.Ana : By(lease));
            lease = await waiting[served.Count];
            served.Add(lease.Holder);
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"client {i}"), served);
        Assert.Equal(11, lease.Token);
    }

    [Fact]
    public async Task Who_comes_when_it_is_free_does_not_pass_those_who_wait()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        Task<LeaseView> ben = _room.AcquireAsync(LeaseRoom.Ben, wait: 60);

        _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana);
        await Assert.ThrowsAsync<OperationException>(() => _room.AcquireAsync(LeaseRoom.Eva));

        Assert.Equal("ben", (await ben).Holder);
    }

    [Fact]
    public async Task The_end_of_a_lease_by_time_serves_who_waits()
    {
        await _room.AcquireAsync(LeaseRoom.Ana);
        Task<LeaseView> ben = _room.AcquireAsync(LeaseRoom.Ben, wait: 60);

        _room.Advance(30);

        Assert.Equal("ben", (await ben).Holder);
    }

    [Fact]
    public async Task Whose_time_to_wait_is_over_is_told_who_has_it_and_leaves_the_line()
    {
        await _room.AcquireAsync(LeaseRoom.Ana);
        Task<LeaseView> ben = _room.AcquireAsync(LeaseRoom.Ben, wait: 10);

        _room.Advance(10);

        var busy = await Assert.ThrowsAsync<OperationException>(() => ben);
        Assert.Equal((OperationError.DeviceBusy, "ana"), (busy.Error, busy.Fields["holder"]));
        Assert.Equal(0, _room.Leases.HolderOf(LeaseRoom.Phone)!.Waiting);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_line_and_the_next_moves_up()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        using var cancel = new CancellationTokenSource();
        Task<LeaseView> ben = _room.Leases.AcquireAsync(LeaseRoom.Order(LeaseRoom.Ben, wait: 60), cancel.Token);
        Task<LeaseView> eva = _room.AcquireAsync(LeaseRoom.Eva, wait: 60);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ben);
        Assert.Equal(1, _room.Leases.HolderOf(LeaseRoom.Phone)!.Waiting);
        _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana);

        Assert.Equal(("eva", 2L), ((await eva).Holder, (await eva).Token));
    }

    [Fact]
    public async Task The_same_request_again_has_the_place_that_it_has()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        LeaseOrder order = LeaseRoom.Order(LeaseRoom.Ben, wait: 60);
        using var broken = new CancellationTokenSource();
        Task<LeaseView> first = _room.Leases.AcquireAsync(order, broken.Token);
        Task<LeaseView> eva = _room.AcquireAsync(LeaseRoom.Eva, wait: 60);
        Task<LeaseView> again = _room.Leases.AcquireAsync(order, Bench.Ct);
        Assert.Equal(2, _room.Leases.HolderOf(LeaseRoom.Phone)!.Waiting);

        await broken.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana);

        Assert.Equal(("ben", false), ((await again).Holder, eva.IsCompleted));
    }

    [Fact]
    public async Task A_line_has_32_places_and_no_more()
    {
        await _room.AcquireAsync(LeaseRoom.Ana);
        using var cancel = new CancellationTokenSource();
        Task<LeaseView>[] waiting = [.. Enumerable.Range(0, 32).Select(_ => _room.Leases.AcquireAsync(LeaseRoom.Order(LeaseRoom.Ben, wait: 60), cancel.Token))];

        var full = await Assert.ThrowsAsync<OperationException>(() => _room.AcquireAsync(LeaseRoom.Eva, wait: 60));
        await cancel.CancelAsync();

        Assert.Equal((OperationError.DeviceBusy, "ana", TimeSpan.FromSeconds(30)), (full.Error, full.Fields["holder"], full.RetryAfter));
        foreach (Task<LeaseView> one in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.Equal(0, _room.Leases.HolderOf(LeaseRoom.Phone)!.Waiting);
    }

    [Fact]
    public async Task The_next_agent_goes_on_with_a_lease_for_at_least_30_s()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        _room.Restart(TimeSpan.FromMinutes(10));

        Assert.Equal((1L, "ana"), (_room.Leases.HolderOf(LeaseRoom.Phone)!.Token, _room.Leases.HolderOf(LeaseRoom.Phone)!.Holder));
        _room.Advance(29.9);
        using (WriteRight right = _room.Leases.WriteRight(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana))
            right.Take();
        _room.Advance(0.1);

        Assert.Null(_room.Leases.HolderOf(LeaseRoom.Phone));
        Assert.Equal(2, (await _room.AcquireAsync(LeaseRoom.Ben)).Token);
    }

    [Fact]
    public async Task A_long_lease_is_not_cut_short_by_the_next_agent()
    {
        await _room.Leases.AcquireAsync(LeaseRoom.Order(LeaseRoom.Ana) with { Ttl = TimeSpan.FromMinutes(10) }, Bench.Ct);
        _room.Restart(TimeSpan.FromMinutes(4));
        _room.Advance(359);
        Assert.NotNull(_room.Leases.HolderOf(LeaseRoom.Phone));
        _room.Advance(1);
        Assert.Null(_room.Leases.HolderOf(LeaseRoom.Phone));
    }

    [Fact]
    public async Task The_token_of_a_phone_is_never_given_again_also_after_its_leases_are_gone()
    {
        for (int i = 0; i < 3; i++)
            _room.Leases.Release(LeaseRoom.Phone, (await _room.AcquireAsync(LeaseRoom.Ana)).Token, LeaseRoom.Ana);
        _room.Restart(TimeSpan.FromDays(400));

        Assert.Equal(4, (await _room.AcquireAsync(LeaseRoom.Ben)).Token);
        var over = Assert.Throws<OperationException>(() => _room.Leases.Require(LeaseRoom.Phone, 3, LeaseRoom.Ana));
        Assert.Equal((OperationError.LeaseSuperseded, "ben"), (over.Error, over.Fields["holder"]));
    }

    [Fact]
    public async Task How_a_lease_ended_is_on_record_also_for_the_next_agent_which_itself_only_knows_that_it_ended()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        _room.Advance(30);
        _room.Restart(TimeSpan.FromMinutes(1));

        Assert.Equal(
            ("expire-lease", "expired", "agent", "Lease 1 of ana (clients/00000001, 192.0.2.1), purpose: ticket 4711. Its holder did not renew it within 30 s."), _room.Audit()[^1]);
        Assert.Equal(LeaseEnding.None, _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana));
        var over = Assert.Throws<OperationException>(() => _room.Leases.Renew(LeaseRoom.Phone, lease.Token, null, LeaseRoom.Ana));
        Assert.Equal(OperationError.LeaseSuperseded, over.Error);
        Assert.True(_room.Vault.Audit.Verify().IsIntact);
    }

    [Fact]
    public async Task A_lease_whose_holder_and_agent_both_died_ends_after_the_grace_with_the_reason_on_record()
    {
        await _room.AcquireAsync(LeaseRoom.Ana);
        _room.Restart(TimeSpan.FromMinutes(10));
        Task<LeaseView> ben = _room.AcquireAsync(LeaseRoom.Ben, wait: 60);

        _room.Advance(30);

        Assert.Equal("ben", (await ben).Holder);
        Assert.Equal(["acquired", "expired", "acquired"], _room.Audit().Select(r => r.Outcome));
        Assert.EndsWith("Its holder did not renew it within 30 s.", _room.Audit()[1].Detail, StringComparison.Ordinal);
    }

    public void Dispose() => _room.Dispose();

    private static Caller By(LeaseView lease) => new(lease.Holder, lease.HolderId, lease.Station, "");
}
