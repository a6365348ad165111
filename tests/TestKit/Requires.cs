using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace ImeiAgent.TestKit;

/// <summary>
/// What a test needs from the machine. Where it is missing the test is skipped with the reason; with the environment variable CI
/// set to "true" it fails instead, so that a build server cannot pass by having nothing installed.
/// </summary>
public static class Requires
{
    /// <summary>Pseudo-terminals: Linux or macOS.</summary>
    public static void Pty() => Unless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "this system has no pseudo-terminals");

    /// <summary>Signals such as SIGKILL and SIGTERM: Linux or macOS.</summary>
    public static void Signals() => Unless(!OperatingSystem.IsWindows(), "this system has no signals");

    /// <summary>The path of Python 3.</summary>
    public static string Python3() => Program("python3");

    /// <summary>The paths of Node and npm.</summary>
    public static (string Node, string Npm) Node() => (Program("node"), Program("npm"));

    /// <summary>The path of Chromium or Chrome.</summary>
    public static string Chromium() => Program("chromium", "chromium-browser", "google-chrome");

    /// <summary>The path of a Chromium for pages that nobody sees; the one without its own windows does half the work.</summary>
    public static string HeadlessChromium() => Program("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome");

    /// <summary>The path of the first of these programs that is on the PATH.</summary>
    public static string Program(params string[] names)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        string? found = names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name + suffix))).FirstOrDefault(File.Exists);
        Unless(found is not null, $"{string.Join(" or ", names)} is not installed");
        return found;
    }

    /// <summary>Goes on only when <paramref name="there"/>.</summary>
    public static void Unless([DoesNotReturnIf(false)] bool there, string reason)
    {
        if (there)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"CI must have it: {reason}");
        Assert.Skip(reason);
    }
}
