using ImeiAgent.Client.Desktop.Window;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Which of the desktop's windows is the one that is meant.
public class ForegroundTests
{
    private const int Browser = 4711;

    private static readonly SeenWindow
        Shop = new(1, Browser, "Phones - shop - ImeiAgent"),
        Local = new(2, Browser, "Phones - local - ImeiAgent"),
        Foreign = new(3, 1, "shop - Files"),
        Tab = new(4, 2, "Phones \u2013 shop \u2013 ImeiAgent \u2014 Mozilla Firefox"),
        Mail = new(5, 2, "Re: ImeiAgent in the shop - Mail");

    [Fact]
    public void That_of_the_context_where_there_are_several() => Assert.Equal(Local, Foreground.Pick([Foreign, Shop, Local], Browser, "local"));

    [Fact]
    public void The_topmost_where_any_will_do() => Assert.Equal(Shop, Foreground.Pick([Foreign, Shop, Local], Browser, null));

    [Fact]
    public void The_only_one_of_the_browser_whatever_its_title_says() =>
        Assert.Equal(Local, Foreground.Pick([Foreign, Local], Browser, "shop"));

    [Fact]
    public void None_where_the_context_cannot_be_told_from_the_titles() => Assert.Null(Foreground.Pick([Shop, Local], Browser, "bench-3"));

    [Fact]
    public void By_its_title_where_the_browser_is_not_ours_or_hides_its_number()
    {
        Assert.Equal(Tab, Foreground.Pick([Foreign, Mail, Tab], null, "shop"));
        Assert.Equal(Tab, Foreground.Pick([Foreign, Mail, Tab], Browser, null));
        Assert.Null(Foreground.Pick([Foreign, Mail], null, "shop"));
        Assert.Null(Foreground.Pick([Foreign, Mail], null, null));
    }
}
