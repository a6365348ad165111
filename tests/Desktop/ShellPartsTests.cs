using AngleSharp.Dom;
using Bunit;
using ImeiAgent.Client.Desktop.Shell;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using Xunit;

namespace ImeiAgent.Desktop;

// Small parts that every page uses.
public sealed class ShellPartsTests : BunitContext
{
    [Theory]
    [InlineData("2026-11-24T08:03:12Z", "today 09:03:12")]
    [InlineData("2026-11-23T23:30:00Z", "today 00:30:00")] // By the clock on the wall, which is an hour ahead.
    [InlineData("2026-11-23T22:30:00Z", "yesterday 23:30:00")]
    [InlineData("2026-11-22T12:00:00Z", "2026-11-22 13:00:00")]
    [InlineData("2026-11-25T12:00:00Z", "2026-11-25 13:00:00")]
    public void A_moment_is_told_by_the_clock_on_the_wall_and_in_full_to_whoever_points_at_it(string utc, string shown)
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("wall", TimeSpan.FromHours(1), null, null));
        Services.AddSingleton<TimeProvider>(time);
        DateTimeOffset at = DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture);

        var moment = Render<When>(parameters => parameters.Add(when => when.At, at)).Find("time");

        Assert.Equal(shown, moment.TextContent);
        Assert.Equal(utc.Replace("T", " ", StringComparison.Ordinal).Replace("Z", " UTC", StringComparison.Ordinal), moment.GetAttribute("title"));
        Assert.Equal(utc, moment.GetAttribute("datetime"));
    }

    [Theory]
    [InlineData(Mood.Plain, "mud-chip-color-default")]
    [InlineData(Mood.Good, "mud-chip-color-success")]
    [InlineData(Mood.Busy, "mud-chip-color-info")]
    [InlineData(Mood.Doubtful, "mud-chip-color-warning")]
    [InlineData(Mood.Bad, "mud-chip-color-error")]
    public void A_state_has_a_word_an_icon_and_a_colour_of_its_own(Mood mood, string colour)
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;

        IElement chip = Chip(mood);
        Assert.Equal("half done", chip.TextContent.Trim());
        Assert.Equal([colour], chip.ClassList.Where(name => name.StartsWith("mud-chip-color-", StringComparison.Ordinal)));
        string icon = chip.QuerySelector("svg")!.InnerHtml;
        Assert.Contains("<path", icon, StringComparison.Ordinal);
        // Who sees no colours still sees which it is.
        Assert.All(Enum.GetValues<Mood>().Where(other => other != mood), other => Assert.NotEqual(icon, Chip(other).QuerySelector("svg")!.InnerHtml));
    }

    [Fact]
    public void Pages_are_turned_to_older_ones_and_back_by_the_tokens_they_came_with()
    {
        PageTokens pages = new();
        pages.Older(); // There is none.
        Assert.Equal(("", 1, false), (pages.Token, pages.Number, pages.HasOlder));
        pages.Took("a");
        pages.Older();
        pages.Took("b");
        pages.Older();
        pages.Took("");
        Assert.Equal(("b", 3, false), (pages.Token, pages.Number, pages.HasOlder));
        pages.Newer();
        Assert.Equal(("a", 2), (pages.Token, pages.Number));
        pages.Newer();
        pages.Newer();
        Assert.Equal(("", 1), (pages.Token, pages.Number));
        pages.Took("a");
        pages.Older();
        pages.Reset();
        Assert.Equal(("", 1, false), (pages.Token, pages.Number, pages.HasOlder));
    }

    [Theory]
    [InlineData("journal/17", "17")]
    [InlineData("devices/sm-g991u-3f2a", "sm-g991u-3f2a")]
    [InlineData("17", "17")]
    public void The_address_of_a_thing_ends_with_what_stands_behind_its_last_slash(string name, string last)
    {
        Assert.Equal($"/at/shop/journal/{last}", Places.JournalEntry("shop", name));
        Assert.Equal($"/at/shop/journal?phone={last}", Places.Journal("shop", name));
        Assert.Equal($"/at/shop/phones/{last}/items", Places.LiveItems("shop", name));
    }

    private IElement Chip(Mood mood) => Render<StateChip>(parameters => parameters.Add(chip => chip.Mood, mood).Add(chip => chip.Text, "half done")).Find(".state-chip");
}
