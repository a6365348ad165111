using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>An agent was killed while a restore was under way; another one finds the row open.</summary>
public class JournalRecoveryTests
{
    private const string Old = "000000000000000000";
    private const string Wanted = "083A65390853468390";

    [Theory]
    [InlineData(Wanted, WriteOutcome.Applied)]
    [InlineData(Old, WriteOutcome.RolledBack)]
    [InlineData("083A65390853468391", WriteOutcome.Unknown)]
    public async Task An_open_row_is_settled_by_what_the_phone_holds_before_it_is_offered(string held, WriteOutcome outcome)
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await LeaveOpenAsync(bench, request);
        bench.Phone.Put(1, 550, Convert.FromHexString(held));

        await bench.Registry.RequireAsync("", Bench.Ct);

        JournalRow row = bench.Vault.Journal.FindByRequestId(request.RequestId)!;
        Assert.Equal((JournalState.Closed, outcome), (row.State, row.Outcome));
        Assert.Contains("interrupted", row.Advice, StringComparison.Ordinal);
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
        Assert.Equal("settle-restore", bench.Vault.Audit.List(1)[0].Entry.Action);
    }

    [Fact]
    public async Task A_phone_whose_row_cannot_be_settled_is_not_offered()
    {
        await using var bench = new Bench();
        await LeaveOpenAsync(bench, Bench.Label());
        bench.BreakVault("journal");

        await Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Unavailable));

        Assert.Contains("vault", bench.Registry.List()[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_of_another_phone_that_once_had_the_same_name_stays_open()
    {
        // Names end with four digits of a hash: after a restart the other of two phones that share them may have the shorter name.
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await LeaveOpenAsync(bench, request, identity => identity with { Esn = "80ABCDEF", Meid = "99000000000001" });

        await bench.Registry.RequireAsync("", Bench.Ct);

        Assert.Equal(JournalState.Intent, bench.Vault.Journal.FindByRequestId(request.RequestId)!.State);
    }

    [Fact]
    public async Task A_phone_that_does_not_tell_who_it_is_proves_nothing()
    {
        await using var bench = new Bench(replyTimeout: TimeSpan.FromMilliseconds(200));
        bench.Phone.Traps.DropReply(DiagCode.Esn, count: 1000);
        bench.Phone.Erase(1, NvItemId.Esn.Number);
        bench.Phone.Erase(1, NvItemId.Meid.Number);
        RestoreRequest request = Bench.Label();
        await LeaveOpenAsync(bench, request);

        Phone phone = await bench.Registry.RequireAsync("", Bench.Ct);

        JournalRow row = bench.Vault.Journal.FindByRequestId(request.RequestId)!;
        Assert.Equal((phone.Name, "devices/port-sim1"), (row.Entry.Device, phone.Name));
        Assert.Equal((JournalState.Closed, WriteOutcome.Unknown), (row.State, row.Outcome));
    }

    private static async Task LeaveOpenAsync(Bench bench, RestoreRequest request, Func<PhoneIdentity, PhoneIdentity>? of = null)
    {
        // The name and identity as a first agent learnt them.
        Phone phone;
        await using (PhoneRegistry first = bench.NewRegistry([PortSpec.Parse("/dev/sim1")]))
            phone = await first.RequireAsync("", Bench.Ct);
        string backup = bench.Vault.Snapshots.Save(
            new NewSnapshot(SnapshotOrigin.BeforeWrite, phone.Name, phone.Last.Identity, []), new SnapshotBuilder().Build()).Name;
        bench.Vault.Journal.Open(new JournalEntry(
            request.RequestId, new string('0', 64), phone.Name, of?.Invoke(phone.Last.Identity) ?? phone.Last.Identity, 1, OldActive: true, Convert.FromHexString(Old),
            Convert.FromHexString(Wanted), backup, "", "ticket", "local:test", CheckDigitComputed: false));
    }
}
