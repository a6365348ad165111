using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A quick dump reads what earlier snapshots held, and says what it leaves out.</summary>
public class QuickDumpTests
{
    [Fact]
    public async Task A_quick_dump_of_a_phone_with_data_in_every_second_item_works()
    {
        await using var bench = new Bench("galaxy");
        for (int item = 1; item < 40_000; item += 2)
            bench.Phone.Put(1, item, [1]);
        await bench.DumpAsync(new DumpRequest { Ranges = [new(0, 65535)], SaveSnapshot = true });

        DumpSummary quick = Assert.IsType<DumpSummary>((await bench.DumpAsync(new DumpRequest { Quick = true }))[^1]);

        Assert.InRange(quick.Active, 20_000, 30_000);
    }

    [Fact]
    public async Task A_quick_dump_reads_what_was_active_before_and_identity_and_rf_items_and_says_what_it_leaves_out()
    {
        await using var bench = new Bench("galaxy");
        List<DumpEvent> first = await bench.DumpAsync(new DumpRequest { Quick = true });
        await bench.DumpAsync(new DumpRequest { Ranges = [new(0, 65535)], SaveSnapshot = true });
        List<DumpEvent> second = await bench.DumpAsync(new DumpRequest { Quick = true, SaveSnapshot = true });

        int[] always = [.. new[] { NvGroup.Identity, NvGroup.RfCalibration, NvGroup.Radio }.SelectMany(NvCatalogue.InGroup).Select(e => (int)e.Id.Number).Distinct().Order()];
        int[] active = [.. Enumerable.Range(0, 65536).Where(item => bench.Phone.Truth(1, item).IsActive)];
        Assert.Equal(always, Items(first));
        Assert.Equal(always.Union(active).Order(), Items(second));
        Assert.Contains("no earlier snapshot", Assert.Single(Assert.IsType<DumpHeader>(first[0]).Notes), StringComparison.Ordinal);
        string note = Assert.Single(Assert.IsType<DumpHeader>(second[0]).Notes);
        Assert.Contains($"{65536 - always.Union(active).Count():N0} are not read", note, StringComparison.Ordinal);
        Assert.Contains(note, bench.Backups.Get(Assert.IsType<DumpSummary>(second[^1]).Snapshot).Info.Notes);

        static IEnumerable<int> Items(List<DumpEvent> events) => events.OfType<DumpBatch>().SelectMany(b => b.Items).Select(i => (int)i.Item.Number);
    }
}
