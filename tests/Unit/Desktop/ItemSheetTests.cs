using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Items as they come.
public sealed class ItemSheetTests
{
    [Fact]
    public void What_was_handed_out_stays_as_it_was()
    {
        ItemSheet sheet = new();
        sheet.Add([Items.NotActive(1), Items.NotActive(2)]);
        ReadOnlyMemory<NvItem> before = sheet.Items;
        for (uint item = 3; item < 100; item++)
            sheet.Add([Items.NotActive(item)]);

        Assert.Equal([1u, 2u], before.ToArray().Select(item => item.Item));
        Assert.Equal(Enumerable.Range(1, 99).Select(item => (uint)item), sheet.Items.ToArray().Select(item => item.Item));
    }

    [Fact]
    public void Impossible_items_are_left_out()
    {
        ItemSheet sheet = new();
        sheet.Add([Items.NotActive(65536), Items.NotActive(1, slot: 0), Items.NotActive(1, slot: 3), Items.NotActive(65535, slot: 2)]);

        Assert.Equal((65535u, 2u), Assert.Single(sheet.Items.ToArray().Select(item => (item.Item, item.Slot))));
    }
}
