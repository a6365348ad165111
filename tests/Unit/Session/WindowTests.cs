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

    [Fact]
    public async Task A_phone_that_loses_one_request_in_a_thousand_is_asked_for_as_much_as_allowed_again()
    {
        await using RudePhone phone = await ReadAsync(new Rudeness(Lose: 0.001));

        Assert.InRange(phone.Session.Counters.Resent, 5, 40);
        Assert.Equal(64, phone.WidestWindow);
        Assert.InRange(phone.Session.Window, 16, 64);
        Assert.InRange(phone.Timeouts, 0, 2);
    }

    [Fact]
    public async Task A_phone_that_loses_one_in_a_hundred_keeps_a_window_that_shows_a_loss_without_a_timeout()
    {
        await using RudePhone phone = await ReadAsync(new Rudeness(Lose: 0.01));

        Assert.InRange(phone.Session.SettledWindow!.Value, 4, 64);
        Assert.InRange(phone.Timeouts, 0, 6);
    }

    [Fact]
    public async Task A_phone_that_answers_out_of_order_settles_at_a_small_window_and_is_not_asked_twice_for_everything()
    {
        await using RudePhone phone = await ReadAsync(new Rudeness(Shuffle: 0.2));

        Assert.InRange(phone.Session.Window, 1, 8);
        Assert.InRange(phone.Session.Counters.Resent, 1, Items / 10);
    }

    [Fact]
    public async Task Refusals_without_echo_cost_one_timeout_and_the_window_stays_at_1()
    {
        await using RudePhone phone = await ReadAsync(new Rudeness(BareRefusals: true));

        Assert.Equal((1, 1), (phone.Session.Window, phone.Session.SettledWindow));
        Assert.InRange(phone.Timeouts, 1, 2);
    }

    [Fact]
    public async Task A_remembered_window_is_the_start_and_still_gives_way()
    {
        await using var good = new RudePhone(new Rudeness(Queue: 16));
        good.Session.AssumeWindow(16);
        await good.ReadAsync(0, 60);
        Assert.Equal(0, good.Lost);

    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(1, 64)]
    [InlineData(2, 7)]
    [InlineData(4, 40)]
    [InlineData(16, 17)]
    public async Task A_remembered_window_that_is_too_large_costs_no_timeout(int queue, int remembered)
    {
        await using var phone = new RudePhone(new Rudeness(Queue: queue));
        phone.Session.AssumeWindow(remembered);

        await phone.ReadAsync(0, Items);

        Assert.Equal(queue, phone.Session.SettledWindow);
        Assert.Equal(0, phone.Timeouts);
    }

    [Fact]
    public async Task A_window_limited_to_1_stops_and_waits_whatever_was_remembered()
    {
        await using var phone = new RudePhone(new Rudeness(Queue: 1), new SessionOptions { LargestWindow = 1 });
        phone.Session.AssumeWindow(16);

        await phone.ReadAsync(0, 500);

        Assert.Equal((0, 1), (phone.Lost, phone.WidestWindow));
    }

    /// <summary>Misery of all kinds at once, drawn from the seed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(300)]
    public async Task No_item_is_ever_wrong_or_missing(int from)
    {
        for (int seed = from; seed < from + 20; seed++)
        {
            var random = new Random(seed);
            double Some(double most) => random.Next(2) == 0 ? 0 : random.NextDouble() * most;
            // A phone without echo that answers out of order cannot be told from one that answers right: nobody can read it.
            bool bare = random.Next(3) == 0;
            await ReadAsync(
                new Rudeness(
                    Queue: random.Next(2) == 0 ? 1000 : random.Next(1, 40),
                    Lose: Some(0.05), Drop: Some(0.05), Damage: Some(0.05), Duplicate: Some(0.3), Shuffle: bare ? 0 : Some(0.1),
                    BareRefusals: bare, Seed: seed),
                new SessionOptions { InitialWindow = random.Next(1, 65), LargestWindow = random.Next(1, 65), Attempts = 12 },
                items: 400);
        }
    }

    private async Task<RudePhone> ReadAsync(Rudeness how, SessionOptions? options = null, int items = Items)
    {
        var phone = new RudePhone(how, options);
        try
        {
            await phone.ReadAsync(0, items);
        }
        finally
        {
            output.WriteLine($"{how}: window {phone.Session.Window}, settled {phone.Session.SettledWindow}, widest {phone.WidestWindow}, lost {phone.Lost}, "
                + $"sent again {phone.Session.Counters.Resent}, timeouts {phone.Timeouts}");
        }
        return phone;
    }
}
