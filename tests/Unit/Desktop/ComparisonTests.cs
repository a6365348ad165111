using CsCheck;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Two readings side by side: what an item holds is compared, what is not known is said to be unknown.
public sealed class ComparisonTests
{
    // What one reading can know of an item.
    private static readonly Dictionary<string, Func<uint, NvItem?>> States = new()
    {
        ["not read"] = _ => null,
        ["not active"] = item => Items.NotActive(item),
        ["BAD_PARM"] = item => Items.Refused(item, 0x14),
        ["failed"] = item => Items.Status(item, 4),
        ["locked"] = item => Items.Refused(item, 0x17),
        ["no reply"] = item => Items.Of(NvOutcome.NoReply, item),
        ["skipped"] = item => Items.Of(NvOutcome.Skipped, item),
        ["01"] = item => Items.Data(item, "01"),
        ["02"] = item => Items.Data(item, "02"),
    };

    [Theory]
    [InlineData("not active", "01", DifferenceKind.Added)]
    [InlineData("BAD_PARM", "01", DifferenceKind.Added)]
    [InlineData("01", "not active", DifferenceKind.Gone)]
    [InlineData("01", "BAD_PARM", DifferenceKind.Gone)]
    [InlineData("01", "02", DifferenceKind.Changed)]
    [InlineData("01", "01", DifferenceKind.Same)]
    [InlineData("not read", "01", DifferenceKind.NotComparable)]
    [InlineData("01", "not read", DifferenceKind.NotComparable)]
    [InlineData("01", "failed", DifferenceKind.NotComparable)]
    [InlineData("01", "locked", DifferenceKind.NotComparable)]
    [InlineData("no reply", "01", DifferenceKind.NotComparable)]
    [InlineData("skipped", "01", DifferenceKind.NotComparable)]
    [InlineData("failed", "not active", DifferenceKind.NotComparable)]
    [InlineData("not active", "skipped", DifferenceKind.NotComparable)]
    [InlineData("failed", "failed", DifferenceKind.NotComparable)]
    [InlineData("not active", "not active", null)]
    [InlineData("not active", "BAD_PARM", null)]
    [InlineData("not active", "not read", null)]
    public void An_item_differs_by_what_both_readings_know_of_it(string a, string b, DifferenceKind? kind)
    {
        IReadOnlyList<Difference> found = Comparison.Of([.. Some(States[a](7))], [.. Some(States[b](7))]);

        Assert.Equal(kind is { } expected ? [(1u, 7u, expected)] : [], found.Select(one => (one.Slot, one.Item, one.Kind)));
    }

    [Fact]
    public void Items_are_told_apart_by_SIM_and_come_by_SIM_and_number()
    {
        NvItem[] a = [Items.Data(9, "01"), Items.Data(3, "01", slot: 2), Items.Data(3, "01")];
        NvItem[] b = [Items.Data(3, "02", slot: 2), Items.NotActive(9), Items.Data(3, "01")];

        Assert.Equal(
            [(1u, 3u, DifferenceKind.Same), (1u, 9u, DifferenceKind.Gone), (2u, 3u, DifferenceKind.Changed)],
            Comparison.Of(a, b).Select(one => (one.Slot, one.Item, one.Kind)));
    }

    [Fact]
    public void The_same_two_the_other_way_round_have_the_same_differences_the_other_way_round() => Readings.Sample((a, b) =>
    {
        Dictionary<(uint, uint), DifferenceKind> there = Comparison.Of(a, b).ToDictionary(one => (one.Slot, one.Item), one => one.Kind);
        Dictionary<(uint, uint), DifferenceKind> back = Comparison.Of(b, a).ToDictionary(one => (one.Slot, one.Item), one => one.Kind);

        Assert.Equal(there.Keys.Order(), back.Keys.Order());
        Assert.All(there, one => Assert.Equal(Turned(one.Value), back[one.Key]));
    }, iter: 50);

    [Fact]
    public void A_reading_differs_from_itself_in_nothing_that_is_known() => Readings.Sample((a, _) =>
    {
        IReadOnlyDictionary<DifferenceKind, int> counts = Comparison.Counts(Comparison.Of(a, a));

        Assert.Equal(a.Count(item => item.Data.Length > 0), counts.GetValueOrDefault(DifferenceKind.Same));
        Assert.DoesNotContain(counts.Keys, kind => kind is DifferenceKind.Added or DifferenceKind.Gone or DifferenceKind.Changed);
    }, iter: 50);

    [Fact]
    public void Each_change_of_a_reading_is_one_difference() => Gen.Select(Gen.Int[0, 2].Array[200], Gen.Int[0, 4].Array[200]).Sample((held, changes) =>
    {
        NvItem[] a = [.. held.Select((one, at) => one == 0 ? Items.NotActive((uint)at) : Items.Data((uint)at, one == 1 ? "11" : "22"))];
        NvItem[] b = [.. a.Zip(changes, (item, change) => change switch
        {
            0 => Items.NotActive(item.Item),
            1 => Items.Data(item.Item, "33"),
            _ => item,
        })];

        IReadOnlyDictionary<DifferenceKind, int> counts = Comparison.Counts(Comparison.Of(a, b));
        (int Held, int Change)[] pairs = [.. held.Zip(changes)];
        Assert.Equal(pairs.Count(one => one is { Held: 0, Change: 1 }), counts.GetValueOrDefault(DifferenceKind.Added));
        Assert.Equal(pairs.Count(one => one is { Held: > 0, Change: 0 }), counts.GetValueOrDefault(DifferenceKind.Gone));
        Assert.Equal(pairs.Count(one => one is { Held: > 0, Change: 1 }), counts.GetValueOrDefault(DifferenceKind.Changed));
        Assert.Equal(pairs.Count(one => one is { Held: > 0, Change: > 1 }), counts.GetValueOrDefault(DifferenceKind.Same));
    }, iter: 50);

    private static Gen<(NvItem[] A, NvItem[] B)> Readings => Gen.Select(Reading, Reading);

    private static Gen<NvItem[]> Reading => Gen.Int[0, States.Count - 1].Array[100].Select(
        states => states.Select((state, at) => States.Values.ElementAt(state)((uint)at * 655)).OfType<NvItem>().ToArray());

    private static IEnumerable<NvItem> Some(NvItem? item) => item is null ? [] : [item];

    private static DifferenceKind Turned(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Added => DifferenceKind.Gone,
        DifferenceKind.Gone => DifferenceKind.Added,
        _ => kind,
    };
}
