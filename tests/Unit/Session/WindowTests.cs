using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>What the window comes to with phones that lose requests, each in its way, and that no item is ever wrong or missing.</summary>
public sealed class WindowTests(ITestOutputHelper output)
{
    private const int Items = 20_000;

    [Fact]
    public async Task A_phone_that_keeps_up_is_asked_for_as_much_as_allowed()
    {
        await using RudePhone phone = await ReadAsync(new Rudeness());

        Assert.Equal((64, 64), (phone.Session.Window, phone.Session.SettledWindow));
        Assert.Equal(0, phone.Session.Counters.Resent);
    }

    [Fact]
    public async Task A_phone_that_queues_16_settles_at_16_and_no_loss_costs_a_timeout()
    {
        await using RudePhone phone = await ReadAsync(new Rudeness(Queue: 16));

        Assert.Equal(16, phone.Session.SettledWindow);
        Assert.InRange(phone.Session.Counters.Resent, 1, 60);
        Assert.Equal(0, phone.Timeouts);
    }

    [Fact]
    public async Task A_phone_that_drops_everything_beyond_one_settles_at_1_with_a_handful_of_losses_and_no_timeout()
    {
        await using RudePhone phone = await ReadAsync(new Rudeness(Queue: 1));

        Assert.Equal(1, phone.Session.SettledWindow);
        Assert.InRange(phone.Session.Counters.Resent, 1, 20);
        Assert.Equal(0, phone.Timeouts);
    }

    private async Task<RudePhone> ReadAsync(Rudeness how, SessionOptions? options = null)
    {
        var phone = new RudePhone(how, options);
        await phone.ReadAsync(0, Items);
        output.WriteLine($"{how}: window {phone.Session.Window}, settled {phone.Session.SettledWindow}, widest {phone.WidestWindow}, lost {phone.Lost}, "
            + $"sent again {phone.Session.Counters.Resent}, timeouts {phone.Timeouts}");
        return phone;
    }
}
