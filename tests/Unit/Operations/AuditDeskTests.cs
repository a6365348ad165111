using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What a supervisor reads of who did what.</summary>
public class AuditDeskTests
{
    private static readonly Caller Boss = new("boss", "clients/0b055000", "192.0.2.9", "4bf92f3577b34da6a3ce929d0e0e4736");

    [Fact]
    public async Task A_restore_is_told_with_who_from_where_which_trace_which_row_and_which_numbers()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label() with { By = new Caller("bench-3", "clients/3f2a9c1b", "192.0.2.7", "0af7651916cd43dd8448eb211c80319c") };
        await bench.EndAsync(request);

        AuditView row = bench.AuditDesk.List("", 0, "", reveal: false, Boss).Rows[0];

        Assert.Equal(
            ("bench-3", "clients/3f2a9c1b", "192.0.2.7", "restore-imei", "applied", "0af7651916cd43dd8448eb211c80319c", "journal/1"),
            (row.Row.Entry.Operator, row.Row.Entry.Client, row.Row.Entry.Station, row.Row.Entry.Action, row.Row.Entry.Outcome, row.Row.Entry.TraceId, row.Row.Entry.Journal));
        AuditNumber number = Assert.Single(row.Numbers);
        Assert.Equal((1, null, "356938035643809"), (number.Slot, number.Old?.Reveal(), number.New.Reveal()));
        Assert.DoesNotContain("356938035643809", row.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_of_a_snapshot_is_told_with_who_from_where_and_which_trace()
    {
        await using var bench = new Bench("galaxy");
        await bench.ReadyAsync();
        await bench.DumpAsync(new DumpRequest { Ranges = [new ItemRange(540, 560)], SaveSnapshot = true });
        string snapshot = bench.Vault.Snapshots.List(null, 1, null)[0].Name;
        using var file = new MemoryStream();
        bench.Backups.ExportText(snapshot, 1, activeOnly: true, file, Boss);

        AuditEntry row = bench.AuditDesk.List("", 0, "", reveal: false, Boss).Rows[0].Row.Entry;
        Assert.Equal(
            ("boss", "clients/0b055000", "192.0.2.9", "export-snapshot", "exported", "4bf92f3577b34da6a3ce929d0e0e4736"),
            (row.Operator, row.Client, row.Station, row.Action, row.Outcome, row.TraceId));
        Assert.Contains(snapshot, row.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_read_a_snapshot_is_on_record_as_its_export_is_before_anything_is_given_out()
    {
        await using var bench = new Bench("galaxy");
        await bench.ReadyAsync();
        await bench.DumpAsync(new DumpRequest { Ranges = [new ItemRange(540, 560)], Slots = [1, 2], SaveSnapshot = true });
        string snapshot = bench.Vault.Snapshots.List(null, 1, null)[0].Name;
        IEnumerable<NvReading> all = bench.Backups.Read(snapshot, [], activeOnly: false, Boss);
        bench.Backups.Read(snapshot, [2], activeOnly: true, Boss);

        AuditEntry[] rows = [.. bench.AuditDesk.List("", 0, "", reveal: false, Boss).Rows.Select(r => r.Row.Entry).Where(r => r.Action == "read-snapshot")];
        Assert.All(rows, row => Assert.Equal(
            ("boss", "clients/0b055000", "192.0.2.9", "read", "4bf92f3577b34da6a3ce929d0e0e4736"), (row.Operator, row.Client, row.Station, row.Outcome, row.TraceId)));
        Assert.Equal([$"snapshots/{snapshot}, slot 2", $"snapshots/{snapshot}, slot 1 and 2"], rows.Select(row => row.Detail));
        Assert.Equal(42, all.Count());
    }

    [Fact]
    public async Task To_see_numbers_unmasked_is_audited_and_so_is_an_export()
    {
        await using var bench = new Bench();
        await bench.EndAsync(Bench.Label());

        bench.AuditDesk.List("", 0, "", reveal: true, Boss);
        AuditView[] all = [.. bench.AuditDesk.Export(null, null, reveal: false, Boss).SelectMany(page => page).Where(r => !r.Row.Entry.Action.EndsWith("-lease", StringComparison.Ordinal))];

        Assert.Equal(["restore-imei", "reveal-audit", "export-audit"], all.Select(r => r.Row.Entry.Action));
        Assert.All(all[1..], r => Assert.Equal(("boss", "clients/0b055000", "192.0.2.9"), (r.Row.Entry.Operator, r.Row.Entry.Client, r.Row.Entry.Station)));
    }

    [Fact]
    public async Task Who_asks_for_the_same_number_within_a_minute_gets_one_row_and_what_they_typed_is_masked_and_cut()
    {
        await using var bench = new Bench();
        await bench.ReadyAsync();
        var time = new FakeTimeProvider();
        var desk = new AuditDesk(bench.Registry, bench.Vault, time);
        string phone = Assert.Single(bench.Registry.List()).Name;

        desk.NoteReveal("/dev/sim1", "ReadImei", Boss);
        desk.NoteReveal("", "ReadImei", Boss);
        desk.NoteReveal(phone, "ReadItem", Boss);
        time.Advance(TimeSpan.FromSeconds(61));
        desk.NoteReveal(phone, "ReadImei", Boss);
        desk.NoteReveal("356938035643809\u202E" + new string('x', 2000), "ReadImei", Boss);
        desk.NoteReveal(null, "ListJournal", Boss);

        Assert.Equal(
            [
                (phone, "ReadImei"), (phone, "ReadItem"), (phone, "ReadImei"),
                ("", "ReadImei 35693803*****09?" + new string('x', 175) + "..."), ("", "ListJournal"),
            ],
            bench.Vault.Audit.List(10).Reverse().Select(row => (row.Entry.Device, row.Entry.Detail)));
    }

    [Fact]
    public async Task Pages_lead_to_the_first_row_and_name_only_the_phone_that_is_asked_for()
    {
        await using var bench = new Bench();
        for (int i = 1; i <= 5; i++)
            bench.Vault.Audit.Append(new AuditEntry("ana", $"act-{i}", i % 2 == 0 ? "devices/even" : "devices/odd", "ok", ""));

        AuditPage first = bench.AuditDesk.List("devices/odd", 2, "", reveal: false, Boss);
        AuditPage second = bench.AuditDesk.List("devices/odd", 2, first.NextPage, reveal: false, Boss);

        Assert.Equal(["act-5", "act-3"], first.Rows.Select(r => r.Row.Entry.Action));
        Assert.Equal("act-1", Assert.Single(second.Rows).Row.Entry.Action);
        Assert.Equal("", second.NextPage);
        Assert.Equal(OperationError.ArgumentInvalid, Assert.Throws<OperationException>(() => bench.AuditDesk.List("", 0, "x", reveal: false, Boss)).Error);
    }

    [Fact]
    public async Task An_export_can_be_of_a_time()
    {
        await using var bench = new Bench();
        AuditRow first = bench.Vault.Audit.Append(new AuditEntry("ana", "early", "", "ok", ""));

        Assert.Empty(bench.AuditDesk.Export(null, first.At, reveal: false, Boss));
        Assert.Equal("early", bench.AuditDesk.Export(first.At, null, reveal: false, Boss).First()[0].Row.Entry.Action);
    }
}
