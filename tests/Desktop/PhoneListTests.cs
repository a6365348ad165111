using System.Threading.Channels;
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

    [Theory]
    [InlineData(DeviceState.Disconnected)]
    [InlineData(DeviceState.Probing)]
    [InlineData(DeviceState.Ready)]
    public async Task An_open_restore_and_a_lost_number_are_loud_on_cards_and_in_the_table_whatever_the_phone_does(DeviceState state)
    {
        Device phone = At("/dev/ttyUSB0", "devices/a");
        phone.State = state;
        ulong change = 1;
        Channel<WatchDevicesResponse> news = Channel.CreateUnbounded<WatchDevicesResponse>();
        void Tell(params WatchDevicesResponse[] told) => Assert.All(told, one => Assert.True(news.Writer.TryWrite(one)));
        Agent.OnWatchDevices = async (answers, context) =>
        {
            await foreach (WatchDevicesResponse one in news.Reader.ReadAllAsync(context.CancellationToken))
                await answers.WriteAsync(one);
        };
        JournalEntry open = new() { Name = "journal/17", State = JournalState.Intent, Receipt = new WriteReceipt { Device = "devices/a" } };
        Agent.OnListJournal = request => new ListJournalResponse { Entries = { request.OpenOnly ? [open] : [] } };
        Tell(new() { Device = phone }, new() { Device = At("/dev/ttyUSB1", "devices/b") }, Attention(1), new() { Barrier = new WatchBarrier() });
        await Agent.StopAsync();
        await Agent.ListenAsync();
        await Eventually.HoldsAsync(() => Link.View is { IsLive: true, Devices.Count: 2, OpenRestores.Count: 1 });

        IRenderedComponent<PhonesPage> page = Page();
        foreach (string view in (string[])["Cards", "Table"])
        {
            page.FindAll("button").Single(button => button.TextContent.Trim() == view).Click();
            page.WaitForAssertion(() => Assert.Equal(("Restore 17 OPEN: may have been sent", "bad"), Chip(page, "devices/a", "[data-open='journal/17']")));
            Assert.Equal(("lost (blank)", "bad"), Chip(page, "devices/a", "[data-slot='1']"));
            Assert.Equal(("ok", "good"), Chip(page, "devices/a", "[data-slot='2']"));
            Assert.Single(page.FindAll("[data-open]"));
        }

        // It comes further, and is settled.
        open.State = JournalState.Sent;
        Tell(Attention(1));
        page.WaitForAssertion(() => Assert.Equal(("Restore 17 OPEN: sent, not read back", "bad"), Chip(page, "devices/a", "[data-open='journal/17']")));
        Tell(Attention(0));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-open]")));

        WatchDevicesResponse Attention(uint rows) => new() { Attention = new WatchAttention { OpenJournalRows = rows, Change = change++ } };
    }

    private static (string Text, string? Mood) Chip(IRenderedComponent<PhonesPage> page, string device, string where)
    {
        AngleSharp.Dom.IElement chip = page.Find($"[data-device='{device}'] {where} .state-chip");
        Assert.NotNull(chip.QuerySelector("svg"));
        return (chip.TextContent.Trim(), chip.GetAttribute("data-mood"));
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
