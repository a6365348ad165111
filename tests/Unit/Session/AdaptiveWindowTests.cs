using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>The window alone: told of replies and losses, nothing else.</summary>
public sealed class AdaptiveWindowTests
{
    private long _writes;

    [Fact]
    public void It_grows_by_one_a_reply_up_to_its_limit_and_then_has_settled()
    {
        var window = new AdaptiveWindow(1, 40);

        for (int i = 0; i < 39; i++)
        {
            Assert.Equal(1 + i, window.Size);
            window.Answered(window.Size);
        }
        Assert.Equal(40, window.Size);
        Assert.Null(window.Settled);
        Answer(window, AdaptiveWindow.FirstStreak);

        Assert.Equal((40, 40), (window.Size, window.Settled));
    }

    [Fact]
    public void It_does_not_grow_while_it_is_not_used()
    {
        var window = new AdaptiveWindow(8, 64);

        for (int i = 0; i < 1000; i++)
            window.Answered(inFlight: 4);

        Assert.Equal(8, window.Size);
    }

    [Fact]
    public void A_loss_halves_it_and_it_grows_back_to_one_below_what_was_lost()
    {
        var window = new AdaptiveWindow(20, 64);

        window.Lost(inFlight: 17, write: 17, lastWrite: 20);
        Assert.Equal(10, window.Size);
        Answer(window, 6);
        Assert.Equal(16, window.Size);
        Answer(window, AdaptiveWindow.FirstStreak - 1);

        Assert.Equal((16, null), (window.Size, window.Settled));
        Answer(window, 1);
        Assert.Equal(16, window.Settled);
    }

    [Fact]
    public void Losses_of_one_burst_count_once()
    {
        var window = new AdaptiveWindow(32, 64);

        for (int write = 17; write <= 32; write++)
            window.Lost(write, write, lastWrite: 32);
        Assert.Equal(16, window.Size);
        window.Lost(16, write: 33, lastWrite: 40);

        Assert.Equal(8, window.Size);
    }

    [Fact]
    public void A_request_that_was_alone_says_nothing()
    {
        var window = new AdaptiveWindow(8, 64);

        window.Lost(inFlight: 1, write: 1, lastWrite: 9);

        Assert.Equal(8, window.Size);
    }

    [Fact]
    public void Each_probe_that_fails_doubles_the_streak_to_the_next()
    {
        var window = new AdaptiveWindow(2, 64);
        Lose(window, 2);
        Assert.Equal(1, window.Size);
        var waits = new List<int>();

        for (int probe = 0; probe < 6; probe++)
        {
            int replies = 0;
            for (; window.Size == 1; replies++)
                window.Answered(1);
            waits.Add(replies);
            Lose(window, 2);
        }

        Assert.Equal([64, 128, 256, 512, 1024, 2048], waits);
        Assert.Equal(1, window.Settled);
    }

    [Fact]
    public void A_probe_that_holds_goes_on_to_the_limit()
    {
        var window = new AdaptiveWindow(9, 12);
        Lose(window, 9);

        Answer(window, 4 + AdaptiveWindow.FirstStreak + (8 + 9 + 10 + 11) + AdaptiveWindow.FirstStreak);

        Assert.Equal((12, 12), (window.Size, window.Settled));
    }

    [Fact]
    public void A_chance_loss_below_the_ceiling_leaves_the_ceiling_and_the_third_in_a_row_does_not()
    {
        var window = new AdaptiveWindow(17, 64);
        Lose(window, 17);
        Answer(window, 20);

        Lose(window, 10);
        Answer(window, 20);
        Assert.Equal(16, window.Size);
        Lose(window, 10);
        Lose(window, 8);
        Answer(window, 20);

        Assert.Equal(12, window.Size);
    }

    [Fact]
    public void Alone_it_stays_at_1()
    {
        var window = new AdaptiveWindow(16, 64);

        window.StayAlone();
        window.Assume(32);
        Answer(window, 10_000);

        Assert.Equal((1, 1), (window.Size, window.Settled));
    }

    [Fact]
    public void What_is_assumed_is_the_start_and_no_more_than_the_limit()
    {
        var window = new AdaptiveWindow(1, 24);

        window.Assume(64);
        Assert.Equal(24, window.Size);
        window.Assume(5);
        Assert.Equal(5, window.Size);
        Answer(window, AdaptiveWindow.FirstStreak + 5);

        Assert.Equal((6, 5), (window.Size, window.Settled));
    }

    private static void Answer(AdaptiveWindow window, int replies)
    {
        for (int i = 0; i < replies; i++)
            window.Answered(window.Size);
    }

    private void Lose(AdaptiveWindow window, int inFlight) => window.Lost(inFlight, ++_writes, _writes);
}
