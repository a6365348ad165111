using Bunit;
using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ImeiAgent.Desktop;

// The phones of an agent, without a browser.
public sealed class PhoneListTests : ScriptedPage
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Pages.Services.AddScoped<PhoneListChoice>();
    }

    [Fact]
    public async Task Phones_stand_in_the_order_of_their_ports_and_numbers_count_as_numbers()
    {
        await AttachAsync([.. ((string[])["/dev/ttyUSB10", "/dev/ttyUSB2", "/dev/ttyACM3", "/dev/ttyUSB9"]).Select((port, index) => At(port, $"devices/{index}"))]);
        Assert.Equal(["devices/2", "devices/1", "devices/3", "devices/0"], Names(Page()));
    }

    [Fact]
    public async Task Filter_and_table_are_kept_while_another_page_is_shown()
    {
        await AttachAsync([At("/dev/ttyUSB0", "devices/a"), At("/dev/ttyUSB1", "devices/b")]);
        IRenderedComponent<PhonesPage> page = Page();
        page.Find("#phone-filter").Input("ttyUSB1");
        Assert.Equal(["devices/b"], Names(page));
        page.FindAll("button").Single(button => button.TextContent.Trim() == "Table").Click();
        Assert.Single(page.FindAll("tr[data-device]"));
        await Pages.DisposeComponentsAsync();

        page = Page();
        Assert.Equal("ttyUSB1", page.Find("#phone-filter").GetAttribute("value"));
        Assert.Equal("devices/b", Assert.Single(page.FindAll("tr[data-device]")).GetAttribute("data-device"));
    }

    private async Task AttachAsync(Device[] devices)
    {
        Agent.OnListDevices = () => new ListDevicesResponse { Devices = { devices } };
        await Agent.StopAsync();
        await Agent.ListenAsync();
        await Eventually.HoldsAsync(() => Link.View.IsLive && Link.View.Devices.Count == devices.Length);
    }

    private IRenderedComponent<PhonesPage> Page() => Pages.Render<PhonesPage>(parameters => parameters.AddCascadingValue(Link).Add(one => one.Agent, "local"));

    private static string?[] Names(IRenderedComponent<PhonesPage> page) => [.. page.FindAll("[data-device]").Select(one => one.GetAttribute("data-device"))];

    private static Device At(string port, string name)
    {
        Device device = Samples.Phone();
        (device.Port, device.Name) = (port, name);
        return device;
    }
}
