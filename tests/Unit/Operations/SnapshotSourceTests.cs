using System.Text;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Where a number may come from when it is not typed.</summary>
public class SnapshotSourceTests
{
    [Fact]
    public async Task A_lost_imei_comes_back_from_a_snapshot_of_the_same_phone()
    {
        await using var bench = new Bench("galaxy");
        string snapshot = await SnapshotAsync(bench, "/dev/sim1");
        bench.Phone.Erase(2, 550);

        RestoreEnded ended = await bench.EndAsync(Bench.From(snapshot, slot: 2));

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(snapshot, ended.Receipt.Slots[0].SourceSnapshot);
        Assert.Equal("084A09512430325781", bench.Held(slot: 2));
    }

    [Fact]
    public async Task A_snapshot_of_another_phone_is_refused()
    {
        await using var bench = new Bench();
        bench.Plug("galaxy", seed: 2);
        string snapshot = await SnapshotAsync(bench, "/dev/sim2");

        OperationException refused = await bench.RefusedAsync(Bench.From(snapshot) with { Device = "/dev/sim1" });

        Assert.Equal(OperationError.SnapshotOfOtherPhone, refused.Error);
        Assert.Contains("label", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_taken_after_the_loss_has_no_number_to_give()
    {
        await using var bench = new Bench();
        string snapshot = await SnapshotAsync(bench, "/dev/sim1");

        OperationException refused = await bench.RefusedAsync(Bench.From(snapshot));

        Assert.Equal(OperationError.SnapshotWithoutImei, refused.Error);
    }

    [Fact]
    public async Task A_snapshot_that_does_not_exist_is_said_not_to()
    {
        await using var bench = new Bench();

        OperationException refused = await bench.RefusedAsync(Bench.From("snapshots/20260101-abcdef"));

        Assert.Equal(OperationError.SnapshotNotFound, refused.Error);
    }

    [Fact]
    public async Task A_text_file_of_the_same_phone_is_a_source()
    {
        await using var bench = new Bench("galaxy");
        string snapshot = await SnapshotAsync(bench, "/dev/sim1");
        using var file = new MemoryStream();
        bench.Backups.ExportText(snapshot, 1, activeOnly: true, file, Caller.Local("ana"));
        file.Position = 0;
        bench.Phone.Put(1, 550, new byte[9]);

        SnapshotView imported = new ImportBackup(bench.Backups, bench.Vault).Run("old.txt", 1, file, Caller.Local("ana"));
        RestoreEnded ended = await bench.EndAsync(Bench.From(imported.Name));

        Assert.Equal(bench.Phone.Meid, imported.Info.Identity.Meid);
        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal("083A65390853468390", bench.Held());
    }

    [Fact]
    public async Task A_text_file_that_does_not_tell_its_phone_is_kept_and_is_no_source()
    {
        await using var bench = new Bench();
        SnapshotView imported = new ImportBackup(bench.Backups, bench.Vault).Run("found.txt", 1, Text(), Caller.Local("ana"));

        OperationException refused = await bench.RefusedAsync(Bench.From(imported.Name));

        Assert.Equal(OperationError.SnapshotOfOtherPhone, refused.Error);
        Assert.Contains(imported.Info.Notes, n => n.Contains("neither ESN nor MEID", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_with_lost_bytes_is_said_to_have_them_however_many_other_findings_there_are()
    {
        await using var bench = new Bench();
        var text = new StringBuilder("[NV items]\r\n[Complete items - 1, Items size - 128]\r\n");
        for (int i = 0; i < 150; i++)
            text.Append("what is this\r\n");
        text.Append("00010 (0x000A)   -   OK\r\n");
        foreach (int row in (int[])[1, 2, 3, 4, 3, 5, 4, 6])
            text.Append(string.Concat(Enumerable.Repeat($"{row:X2} ", 16))).Append("\r\n");

        SnapshotView imported = new ImportBackup(bench.Backups, bench.Vault).Run("cut.txt", 1, new MemoryStream(Encoding.ASCII.GetBytes(text.ToString())), Caller.Local("ana"));

        Assert.Contains(imported.Info.Notes, n => n.Contains("first 64 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_number_that_a_backup_shows_in_the_other_slot_does_not_get_into_this_one_although_both_are_lost()
    {
        await using var bench = new Bench("galaxy");
        await SnapshotAsync(bench, "/dev/sim1");
        bench.Phone.Put(1, 550, new byte[9]);
        bench.Phone.Erase(2, 550);

        var refused = await bench.RefusedAsync(Bench.Label("356938035643809", slot: 2));

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
        Assert.Contains("other slot", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_slots_of_a_phone_that_lost_both_get_their_own_numbers_back()
    {
        await using var bench = new Bench("galaxy");
        string snapshot = await SnapshotAsync(bench, "/dev/sim1");
        bench.Phone.Put(1, 550, new byte[9]);
        bench.Phone.Erase(2, 550);

        await bench.EndAsync(Bench.From(snapshot).WithSlot(s => s with { Slot = 2 }));
        await bench.EndAsync(Bench.From(snapshot));

        Assert.Equal("083A65390853468390", bench.Held(1));
        Assert.Equal("084A09512430325781", bench.Held(2));
    }

    [Fact]
    public async Task A_snapshot_goes_by_its_short_and_its_full_name_in_a_repeated_request()
    {
        await using var bench = new Bench("galaxy");
        string snapshot = await SnapshotAsync(bench, "/dev/sim1");
        bench.Phone.Put(1, 550, new byte[9]);
        RestoreRequest request = Bench.From(snapshot);
        await bench.EndAsync(request);

        RestoreEnded again = await bench.EndAsync(request.WithSlot(s => s with { Snapshot = snapshot["snapshots/".Length..] }));

        Assert.True(again.Receipt.Replayed);
    }

    [Fact]
    public async Task A_file_that_is_no_text_of_this_format_is_refused_with_findings()
    {
        await using var bench = new Bench();

        var refused = Assert.Throws<OperationException>(
            () => new ImportBackup(bench.Backups, bench.Vault).Run("x.txt", 1, new MemoryStream("hello\r\nworld\r\n"u8.ToArray()), Caller.Local("ana")));

        Assert.Equal(OperationError.FileInvalid, refused.Error);
        Assert.NotEmpty(refused.Fields["findings"]);
        Assert.Empty(bench.Backups.List("", 0, "").Snapshots);
    }

    [Fact]
    public async Task Snapshots_are_listed_in_pages_newest_first()
    {
        await using var bench = new Bench();
        string[] names = [await SnapshotAsync(bench, "/dev/sim1"), await SnapshotAsync(bench, "/dev/sim1"), await SnapshotAsync(bench, "/dev/sim1")];

        SnapshotPage first = bench.Backups.List("", 2, "");
        SnapshotPage second = bench.Backups.List("", 2, first.NextPage);

        Assert.Equal([names[2], names[1]], first.Snapshots.Select(s => s.Name));
        Assert.Equal([names[0]], second.Snapshots.Select(s => s.Name));
        Assert.Empty(second.NextPage);
    }

    private static MemoryStream Text()
    {
        var text = new StringBuilder("[NV items]\r\n[Complete items - 1, Items size - 128]\r\n\r\n00550 (0x0226)   -   OK\r\n");
        text.Append("08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 00 \r\n");
        for (int row = 1; row < 8; row++)
            text.Append("00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n");
        return new MemoryStream(Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static async Task<string> SnapshotAsync(Bench bench, string device)
    {
        var request = new DumpRequest { Device = device, Ranges = [new(0, 0), new(550, 550), new(1943, 1943)], Slots = [1, 2], SaveSnapshot = true };
        return Assert.IsType<DumpSummary>((await bench.DumpAsync(request))[^1]).Snapshot;
    }
}
