using Bunit;
using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ImeiAgent.Desktop;

// Who has a phone, without a browser.
public sealed class PhoneHolderTests : ScriptedPage
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_phone_that_is_being_written_to_cannot_be_given_back(bool writing)
    {
        Device device = new() { Name = "devices/sm-g991u-3f2a", State = DeviceState.Ready, Lease = new Lease { Holder = "local:ana", Purpose = "ticket 4711", FencingToken = 7 } };

        IRenderedComponent<PhoneHolder> holder = Pages.Render<PhoneHolder>(parameters => parameters
            .AddCascadingValue(Link).Add(part => part.Device, device).Add(part => part.Writing, writing));

        Assert.Equal(!writing, holder.FindAll("button").Any(button => button.TextContent.Contains("Give back", StringComparison.Ordinal)));
        Assert.Equal(writing, holder.Markup.Contains("gives the phone back at its end", StringComparison.Ordinal));
    }
}
