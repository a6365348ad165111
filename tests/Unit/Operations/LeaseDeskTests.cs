using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What is refused at the leases' desk is on record: who, from where, which phone, what was asked, why, and in which call.</summary>
public class LeaseDeskTests
{
    private static readonly Caller s_ana = new("ana", "clients/00000001", "192.0.2.1", "0af7651916cd43dd8448eb211c80319c");
    private static readonly Caller s_ben = new("ben", "clients/00000002", "192.0.2.2", "4bf92f3577b34da6a3ce929d0e0e4736");

    [Fact]
    public async Task Each_refusal_is_a_row_with_what_was_asked_and_the_reason()
    {
        await using var bench = new Bench();
        string name = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;
        LeaseView anas = await bench.LeaseDesk.AcquireAsync(Bench.Order(name, s_ana), Bench.Ct);
        LeaseDesk desk = bench.LeaseDesk;

        await RefusedAsync(() => desk.AcquireAsync(Bench.Order("/dev/sim1", s_ben), Bench.Ct));
        await RefusedAsync(() => desk.AcquireAsync(Bench.Order("/dev/sim1", s_ben) with { Ttl = TimeSpan.FromSeconds(1) }, Bench.Ct));
        await RefusedAsync(() => desk.StealAsync(Bench.Order(name, s_ben) with { Purpose = "" }, Bench.Ct));
        Refused(() => desk.Renew(name, anas.Token, TimeSpan.FromSeconds(60), s_ben));
        Refused(() => desk.Renew("/dev/sim1", anas.Token + 7, null, s_ana));
        Refused(() => desk.Release(name, anas.Token, s_ben));
        desk.Release(name, anas.Token, s_ana);
        Refused(() => desk.Renew(name, anas.Token, null, s_ana));

        Assert.Equal(
            [
                ("ben", "acquire-lease", "refused: DEVICE_BUSY", "Wait 0 s, 3600 s at a time. Purpose: ticket 4711"),
                ("ben", "acquire-lease", "refused: ARGUMENT_INVALID", "Wait 0 s, 1 s at a time. Purpose: ticket 4711"),
                ("ben", "steal-lease", "refused: ARGUMENT_INVALID", "3600 s at a time. Reason: "),
                ("ben", "renew-lease", "refused: LEASE_REQUIRED", "Lease 1 for 60 s."),
                ("ana", "renew-lease", "refused: LEASE_REQUIRED", "Lease 8."),
                ("ben", "release-lease", "refused: LEASE_REQUIRED", "Lease 1."),
                ("ana", "renew-lease", "refused: LEASE_SUPERSEDED", "Lease 1."),
            ],
            Rows(bench).Select(r => (r.Operator, r.Action, r.Outcome, r.Detail)));
        Assert.All(Rows(bench), r => Assert.Equal(name, r.Device));
        Assert.All(Rows(bench), r => Assert.Equal(
            r.Operator == "ben" ? (s_ben.Id, s_ben.Station, s_ben.TraceId) : (s_ana.Id, s_ana.Station, s_ana.TraceId), (r.Client, r.Station, r.TraceId)));
        Assert.Equal("release-lease", bench.Vault.Audit.List(2)[1].Entry.Action);
    }

    [Fact]
    public async Task Whoever_asks_for_a_busy_phone_all_the_time_fills_nothing_and_each_time_is_counted()
    {
        await using var bench = new Bench();
        string name = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;
        await bench.LeaseDesk.AcquireAsync(Bench.Order(name, s_ana), Bench.Ct);

        for (int i = 0; i < 30; i++)
            await RefusedAsync(() => bench.LeaseDesk.AcquireAsync(Bench.Order(name, s_ben), Bench.Ct));
        bench.Refusals.Dispose();

        Assert.Equal(
            ["Wait 0 s, 3600 s at a time. Purpose: ticket 4711", "Wait 0 s, 3600 s at a time. Purpose: ticket 4711 (29 times since the last row of this kind)"],
            Rows(bench).Select(r => r.Detail));
    }

    [Fact]
    public async Task A_wait_that_was_in_vain_is_on_record_and_one_that_was_given_up_is_not()
    {
        await using var bench = new Bench();
        string name = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;
        await bench.LeaseDesk.AcquireAsync(Bench.Order(name, s_ana), Bench.Ct);

        await RefusedAsync(() => bench.LeaseDesk.AcquireAsync(Bench.Order(name, s_ben) with { Wait = TimeSpan.FromMilliseconds(10) }, Bench.Ct));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Bench.Ct);
        Task<LeaseView> waiting = bench.LeaseDesk.AcquireAsync(Bench.Order(name, s_ana) with { Wait = TimeSpan.FromMinutes(5) }, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(("ben", "refused: DEVICE_BUSY", "Wait 0.01 s, 3600 s at a time. Purpose: ticket 4711"), Brief(Assert.Single(Rows(bench))));
    }

    [Fact]
    public async Task Phones_that_are_none_are_one_kind_and_a_number_that_was_typed_is_masked()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        string typed = "356938035643809 " + new string('x', 300);

        await RefusedAsync(() => bench.LeaseDesk.AcquireAsync(Bench.Order("356938035643809", s_ben) with { Purpose = typed }, Bench.Ct));
        await RefusedAsync(() => bench.LeaseDesk.AcquireAsync(Bench.Order("nobody", s_ben), Bench.Ct));
        Refused(() => bench.LeaseDesk.Release("nobody", 1, s_ben));
        Refused(() => bench.LeaseDesk.Release("nobody-else", 1, s_ben));

        AuditEntry[] rows = Rows(bench);
        Assert.Equal(["refused: DEVICE_NOT_FOUND", "refused: LEASE_REQUIRED"], rows.Select(r => r.Outcome));
        Assert.All(rows, r => Assert.Equal("", r.Device));
        Assert.Equal(
            ($"Phone \"35693803*****09\". Wait 0 s, 3600 s at a time. Purpose: 35693803*****09 {new string('x', 184)}...", "Phone \"devices/nobody\". Lease 1."), (rows[0].Detail, rows[1].Detail));
    }

    private static Task<OperationException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<OperationException>(call);

    private static void Refused(Action call) => Assert.Throws<OperationException>(call);

    private static (string, string, string) Brief(AuditEntry row) => (row.Operator, row.Outcome, row.Detail);

    private static AuditEntry[] Rows(Bench bench) =>
        [.. bench.Vault.Audit.List(1000).Reverse().Select(r => r.Entry).Where(e => e.Outcome.StartsWith("refused", StringComparison.Ordinal))];
}
