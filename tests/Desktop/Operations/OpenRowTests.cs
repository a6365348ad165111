using Bunit;
using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Operations;

// What may be done with a restore that is not settled, without a browser.
public sealed class OpenRowTests : ScriptedPage
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restore_that_is_being_carried_out_cannot_be_settled(bool underWay)
    {
        JournalEntry row = new() { Name = "journal/17", State = JournalState.Sent, UnderWay = underWay, Receipt = new WriteReceipt { Device = "devices/sm-g991u-3f2a" } };

        IRenderedComponent<OpenRow> shown = Pages.Render<OpenRow>(parameters => parameters.AddCascadingValue(Link).Add(open => open.Row, row).Add(open => open.MaySettle, true));

        Assert.Equal(!underWay, shown.FindAll("button").Any(button => button.TextContent.Contains("Settle", StringComparison.Ordinal)));
        Assert.Equal(underWay, shown.Markup.Contains("ends by itself", StringComparison.Ordinal));
        Assert.Equal(underWay ? "status" : "alert", shown.Find("[data-open]").GetAttribute("role"));
    }
}
