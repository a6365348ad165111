using ImeiAgent.Client.Desktop.Window;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Which browser of a Linux machine the window takes.
public sealed class BrowsersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Edge_before_Chrome_before_Chromium_wherever_on_the_path_they_are()
    {
        string first = Folder("first", "chromium", "google-chrome-stable"), last = Folder("last", "chromium", "google-chrome", "microsoft-edge", "firefox");

        Assert.Equal(
            [Path.Combine(last, "microsoft-edge"), Path.Combine(last, "google-chrome"), Path.Combine(first, "google-chrome-stable"), Path.Combine(first, "chromium"), Path.Combine(last, "chromium")],
            Browsers.OnPath(string.Join(Path.PathSeparator, first, _folder.File("missing"), last)));
    }

    [Fact]
    public void None_where_there_is_none()
    {
        Assert.Empty(Browsers.OnPath(Folder("others", "firefox", "chromium.txt")));
        Assert.Empty(Browsers.OnPath(""));
    }

    private string Folder(string name, params string[] programs)
    {
        string folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        foreach (string program in programs)
            File.WriteAllText(Path.Combine(folder, program), "");
        return folder;
    }
}
