using ImeiAgent.Client.Desktop.Window;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

public class OpenPagesTests
{
    private static readonly Uri Shop = new("http://127.83.12.201:40123/at/shop/phones/1?view=2"), Root = new("http://127.83.12.201:40123/");

    private readonly FakeTimeProvider _time = new();
    private readonly OpenPages _pages;
    private readonly object _one = new(), _two = new();

    public OpenPagesTests() => _pages = new OpenPages(_time);

    [Fact]
    public void A_page_shows_the_context_of_its_address_as_long_as_it_is_connected()
    {
        Assert.False(_pages.Shows(null));
        _pages.At(_one, Root);
        Assert.True(_pages.Shows(null));
        Assert.False(_pages.Shows("shop"));

        _pages.At(_one, Shop);
        Assert.True(_pages.Shows("shop"));
        Assert.False(_pages.Shows("local"));

        _pages.Down(_one);
        Assert.False(_pages.Shows("shop"));
        _pages.Up(_one);
        Assert.True(_pages.Shows("shop"));
        _pages.Gone(_one);
        Assert.False(_pages.Shows(null));
    }

    [Fact]
    public void It_is_over_some_time_after_the_last_page_was_closed()
    {
        _pages.At(_one, Shop);
        _pages.At(_two, Shop);
        _pages.Gone(_one);
        _time.Advance(OpenPages.Patience);
        Assert.False(_pages.Closed.IsCompleted);

        _pages.Down(_two); // A browser closes the connection, and then says goodbye.
        _pages.Gone(_two);
        _time.Advance(OpenPages.Patience - TimeSpan.FromTicks(1));
        Assert.False(_pages.Closed.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_pages.Closed.IsCompletedSuccessfully);
    }

    [Fact]
    public void Whoever_opens_one_after_that_begins_anew()
    {
        _pages.At(_one, Shop);
        _pages.Gone(_one);
        _time.Advance(OpenPages.Patience);
        Assert.True(_pages.Closed.IsCompleted);

        _pages.Expect();
        Assert.False(_pages.Closed.IsCompleted);
        _pages.At(_two, Shop);
        _pages.Gone(_two);
        _time.Advance(OpenPages.Patience);
        Assert.True(_pages.Closed.IsCompleted);
    }

    [Fact]
    public void A_page_that_is_about_to_be_opened_is_waited_for()
    {
        _pages.At(_one, Shop);
        _pages.Gone(_one);
        _time.Advance(OpenPages.Patience / 2);
        _pages.Expect();
        _time.Advance(OpenPages.Patience);
        Assert.False(_pages.Closed.IsCompleted);
    }

    [Fact]
    public void A_page_that_is_loaded_again_is_not_over()
    {
        _pages.At(_one, Shop);
        _pages.Gone(_one);
        _time.Advance(OpenPages.Patience / 2);
        _pages.At(_two, Shop);
        _time.Advance(OpenPages.Patience);
        Assert.False(_pages.Closed.IsCompleted);
    }

    [Fact]
    public void A_page_that_lost_its_connection_is_not_closed_as_where_the_computer_slept()
    {
        _pages.At(_one, Shop);
        _pages.Down(_one);
        _time.Advance(TimeSpan.FromMinutes(3));
        _pages.Gone(_one);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(_pages.Closed.IsCompleted);
    }

    [Fact]
    public void Who_waits_for_the_last_connection_to_end_is_told()
    {
        Assert.True(_pages.NoneConnected.IsCompleted);
        _pages.At(_one, Shop);
        _pages.At(_two, Shop);
        Task none = _pages.NoneConnected;
        _pages.Down(_one);
        Assert.False(none.IsCompleted);
        _pages.Gone(_two);
        Assert.True(none.IsCompletedSuccessfully);
    }
}
