using System.Diagnostics;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>Makes a PDF of a page by an installed Edge, Chrome or Chromium without a window.</summary>
public sealed class PaperPrint(TimeProvider time) : IDisposable
{
    // A browser that starts for the first time on a slow machine takes some seconds.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    // One at a time: a browser takes a hundred megabytes.
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Whether there is such a browser.</summary>
    public static bool IsPossible => Browsers.Candidates().Any();

    /// <summary>The PDF; null when no browser made one.</summary>
    /// <param name="html">The page, complete in itself.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<byte[]?> TryMakeAsync(string html, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        DirectoryInfo? folder = null;
        try
        {
            // Only this user can look into it: the page may have numbers in full.
            folder = Directory.CreateTempSubdirectory("imei-paper-");
            string page = Path.Combine(folder.FullName, "page.html"), pdf = Path.Combine(folder.FullName, "page.pdf");
            await File.WriteAllTextAsync(page, html, cancellation);
            foreach (string program in Browsers.Candidates())
            {
                await RunAsync(program, page, pdf, Path.Combine(folder.FullName, "profile"), cancellation);
                if (File.Exists(pdf) && new FileInfo(pdf).Length > 0)
                    return await File.ReadAllBytesAsync(pdf, cancellation);
            }
            return null;
        }
        finally
        {
            _one.Release();
            if (folder is not null)
                Delete(folder);
        }
    }

    /// <summary>Ends; whoever waits for a PDF gets none.</summary>
    public void Dispose() => _one.Dispose();

    private async Task RunAsync(string program, string page, string pdf, string profile, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(program)
        {
            ArgumentList =
            {
                "--headless", "--disable-gpu", $"--user-data-dir={profile}", "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-sync",
                "--disable-extensions", "--no-pdf-header-footer", $"--print-to-pdf={pdf}",
            },
        };
        // A browser of root refuses to start with its sandbox. The page is ours, has no script and fetches nothing.
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
            start.ArgumentList.Add("--no-sandbox");
        start.ArgumentList.Add(new Uri(page).AbsoluteUri);
        using Process? browser = Programs.TryStartUnheard(start);
        if (browser is null)
            return;
        using CancellationTokenSource limit = new(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await browser.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            browser.Kill(entireProcessTree: true);
            browser.WaitForExit(s_farewell); // It writes into the folder that is about to go.
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A browser that is still closing its files holds its own profile; the page goes in any case.
            foreach (string name in (string[])["page.html", "page.pdf"])
                if (File.Exists(Path.Combine(folder.FullName, name)))
                    File.Delete(Path.Combine(folder.FullName, name));
        }
    }
}
