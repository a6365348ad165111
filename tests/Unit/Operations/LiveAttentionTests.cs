using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What a watcher is told of restores that wait for a second person, and of those that are open.</summary>
public class LiveAttentionTests
{
    [Fact]
    public async Task A_restore_that_waits_for_approval_is_told_until_it_is_approved_and_its_row_while_it_is_carried_out()
    {
        await using var bench = new Bench();
        bench.Phone.Put(1, 550, Convert.FromHexString("084A09512430325781"));
        await bench.Registry.RequireAsync("", Bench.Ct);
        // A clock that stands still: the watcher is woken, and does not look by itself.
        await using var news = new News(new LiveState(bench.Registry, bench.Jobs, bench.Leases, bench.Vault, new FakeTimeProvider(DateTimeOffset.UtcNow)));
        AttentionNews first = await news.NextAsync<AttentionNews>(_ => true);
        await news.NextAsync<LiveBarrier>(_ => true);
        RestoreRequest request = Bench.Label();

        await bench.RefusedAsync(request);
        AttentionNews asked = await news.NextAsync<AttentionNews>(_ => true);
        bench.Approvals.Approve(request.RequestId, "seen the box", Caller.Local("boss"));
        AttentionNews approved = await news.NextAsync<AttentionNews>(_ => true);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(request);
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        AttentionNews open = await news.NextAsync<AttentionNews>(n => n.Counts.Change == bench.Vault.Attention.Now.Change);
        write.Release();
        await restore;
        AttentionNews closed = await news.NextAsync<AttentionNews>(n => n.Counts.OpenRows == 0);

        AttentionNews[] told = [first, asked, approved, open, closed];
        Assert.Equal([(0, 0), (1, 0), (0, 0), (0, 1), (0, 0)], told.Select(Counts));
        Assert.Equal(told.Select(n => n.Counts.Change).Distinct().Order(), told.Select(n => n.Counts.Change));
        Assert.Equal(told.Select(n => n.Revision).Distinct().Order(), told.Select(n => n.Revision));
    }

    [Fact]
    public async Task What_waits_already_is_told_before_the_barrier_and_once()
    {
        await using var bench = new Bench();
        bench.First.Host.Unplug();
        Ask(bench, "r-1");
        Ask(bench, "r-2");
        await using var news = new News(bench);

        List<LiveEvent> told = [];
        do
            told.Add(await news.NextAsync());
        while (told[^1] is not LiveBarrier);

        Assert.Equal((2, 0), Counts(Assert.Single(told.OfType<AttentionNews>())));
    }

    [Fact]
    public async Task What_changes_while_nobody_reads_is_told_once_as_it_then_is_and_to_all_under_one_revision()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var one = new News(new LiveState(bench.Registry, bench.Jobs, bench.Leases, bench.Vault, time));
        await using var two = new News(one.Live);
        await one.NextAsync<LiveBarrier>(_ => true);
        await two.NextAsync<LiveBarrier>(_ => true);

        for (int i = 1; i <= 20; i++)
            Ask(bench, $"r-{i}");
        bench.Vault.Approvals.Grant("r-7", "local:boss", "seen the box");

        AttentionNews told = Assert.IsType<AttentionNews>(await one.NextAsync());
        Assert.Equal((19, 0), Counts(told));
        Assert.Equal(told, await two.NextAsync());
        foreach (News watcher in (News[])[one, two])
        {
            Task<LiveEvent> next = watcher.NextAsync();
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.IsType<LiveHeartbeat>(await next);
        }
    }

    [Fact]
    public async Task A_row_that_moves_on_is_a_change_though_the_counts_stay_as_they_are()
    {
        await using var bench = new Bench();
        long row = await OpenRows.LeaveAsync(bench, Bench.Label(), JournalState.Intent);
        bench.First.Host.Unplug();
        await using var news = new News(bench);
        AttentionNews before = await news.NextAsync<AttentionNews>(_ => true);
        await news.NextAsync<LiveBarrier>(_ => true);

        bench.Vault.Journal.Advance(row, JournalState.Sent);
        AttentionNews after = await news.NextAsync<AttentionNews>(_ => true);

        Assert.Equal([(0, 1), (0, 1)], new[] { before, after }.Select(Counts));
        Assert.Equal(before.Counts.Change + 1, after.Counts.Change);
    }

    [Fact]
    public async Task What_an_earlier_agent_left_is_told_until_its_phone_comes_and_it_is_settled()
    {
        await using var bench = new Bench();
        await OpenRows.LeaveAsync(bench, Bench.Label(), JournalState.Sent);
        bench.First.Host.Unplug();
        await using var news = new News(bench);
        AttentionNews left = await news.NextAsync<AttentionNews>(_ => true);
        await news.NextAsync<LiveBarrier>(_ => true);

        bench.First.Host.Replug();
        AttentionNews settled = await news.NextAsync<AttentionNews>(n => n.Counts.OpenRows == 0);

        Assert.Equal([(0, 1), (0, 0)], new[] { left, settled }.Select(Counts));
        Assert.True(settled.Counts.Change > left.Counts.Change && settled.Revision > left.Revision);
    }

    [Fact]
    public async Task What_had_sent_nothing_is_told_as_settled_when_the_agent_starts()
    {
        await using var bench = new Bench();
        await OpenRows.LeaveAsync(bench, Bench.Label(), JournalState.BackedUp);
        bench.First.Host.Unplug();
        await using var news = new News(bench);
        AttentionNews left = await news.NextAsync<AttentionNews>(_ => true);
        await news.NextAsync<LiveBarrier>(_ => true);

        _ = new RestoreImei(bench.Registry, bench.Vault, bench.Leases, TimeProvider.System, NullLogger<RestoreImei>.Instance);
        AttentionNews settled = await news.NextAsync<AttentionNews>(_ => true);

        Assert.Equal([(0, 1), (0, 0)], new[] { left, settled }.Select(Counts));
    }

    [Fact]
    public async Task A_row_that_a_person_closes_by_hand_is_told()
    {
        await using var bench = new Bench();
        long row = await OpenRows.LeaveAsync(bench, Bench.Label(), JournalState.Sent);
        bench.First.Host.Unplug();
        await using var news = new News(bench);
        await news.NextAsync<LiveBarrier>(_ => true);

        await bench.Desk.SettleAsync(new SettleRequest { Name = $"journal/{row}", Reason = "the phone is lost", ByHand = true, By = Caller.Local("boss") }, Bench.Ct);

        Assert.Equal((0, 0), Counts(await news.NextAsync<AttentionNews>(_ => true)));
    }

    private static (int, int) Counts(AttentionNews news) => (news.Counts.PendingApprovals, news.Counts.OpenRows);

    private static void Ask(Bench bench, string requestId) =>
        bench.Vault.Approvals.Ask(new ApprovalRequest(requestId, new string('a', 64), "devices/phone-1", [1], "Replace it?", "local:ana"));
}
