using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Which items of a sheet are shown.
public sealed class ItemFilterTests
{
    private static readonly NvItem[] All =
    [
        Items.Data(10, "01"), Items.NotActive(11), Items.Status(12, 1), Items.Refused(13, 0x14), Items.Refused(14, 0x17), Items.Of(NvOutcome.NoReply, 15),
        Items.Of(NvOutcome.Skipped, 16), Items.Data(550, "083A"), Items.Status(600, 4), Items.Data(10, "02", slot: 2), Items.NotActive(550, slot: 2),
    ];

    [Theory]
    [InlineData(ItemShow.WithData, "10 550 10")]
    [InlineData(ItemShow.All, "10 11 12 13 14 15 16 550 600 10 550")]
    [InlineData(ItemShow.Failed, "12 14 15 600")]
    public void By_the_phones_answer_in_the_order_read(ItemShow show, string items) => Assert.Equal(items, Shown(ItemFilter.All, show));

    [Theory]
    [InlineData(1u, "", "10 550")]
    [InlineData(2u, "", "10")]
    [InlineData(0u, "mode", "10 10")]
    [InlineData(0u, "identity", "550")]
    [InlineData(0u, ItemCatalogue.NoGroup, "")]
    public void By_SIM_and_group(uint slot, string group, string items) => Assert.Equal(items, Shown(new ItemFilter(slot, group, ItemSearch.Everything), ItemShow.WithData));

    [Fact]
    public void By_what_is_not_in_the_catalogue() =>
        Assert.Equal("11 12 13 14 15 16 600", Shown(new ItemFilter(0, ItemCatalogue.NoGroup, ItemSearch.Everything), ItemShow.All));

    [Fact]
    public void By_search_too() => Assert.Equal("550 550", Shown(new ItemFilter(0, "identity", ItemSearch.Parse("500-600")), ItemShow.All));

    [Fact]
    public void A_filter_that_nobody_wants_any_more_is_given_up() => Assert.Throws<OperationCanceledException>(
        () => ItemFilter.All.Apply(All, ItemShow.All, Items.Look, new CancellationToken(canceled: true)));

    [Fact]
    public void A_difference_is_found_by_either_side()
    {
        Difference[] all =
        [
            new(1, 10, DifferenceKind.Changed, Items.Data(10, "01AA"), Items.Data(10, "02BB")),
            new(1, 11, DifferenceKind.Added, null, Items.Data(11, "01AA")),
            new(1, 12, DifferenceKind.Gone, Items.Data(12, "02BB"), Items.NotActive(12)),
        ];
        ItemFilter filter = new(0, "", ItemSearch.Parse("02 BB"));

        Assert.Equal([all[0], all[2]], filter.Apply(all, new HashSet<DifferenceKind>(Enum.GetValues<DifferenceKind>()), Items.Look, TestContext.Current.CancellationToken));
        Assert.Equal([all[2]], filter.Apply(all, new HashSet<DifferenceKind> { DifferenceKind.Gone }, Items.Look, TestContext.Current.CancellationToken));
    }

    private static string Shown(ItemFilter filter, ItemShow show) =>
        string.Join(' ', filter.Apply(All, show, Items.Look, TestContext.Current.CancellationToken).Select(item => item.Item));
}
