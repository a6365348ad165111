using System.Diagnostics;
using System.Globalization;
using ImeiAgent.TestKit;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// A full dump of both SIMs that a window of the desktop program watches, with the picture of the items, against the same dump with the window open at
/// the phones. Agent, phone, desktop program and Chromium share the machine's cores, but for the last case: there the window has a core of its own, as one
/// on another machine has, so that only what it asks of the agent counts.
/// </summary>
internal static class WatchedDump
{
    private const int Items = 2 * 65536;

    /// <summary>Phones at their full speed, and a simulated one without delay, with the window beside it and apart from it.</summary>
    public static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, int rounds, CancellationToken ct)
    {
        await using ChromiumWindow? window = await ChromiumWindow.TryOpenAsync(ct);
        if (window is null)
        {
            Console.Error.WriteLine("watched-dump needs Chromium, which is not installed: left out.");
            return [];
        }
        return
        [
            // 7.5 s for 65,536 items is the fastest that is known of a public reader (qtools); three times that; and no work at all, when agent and
            // simulator want all of two cores themselves and a window on the same machine can only take its part of them.
            .. await RunAsync(programs, window, "service=110us", "phone with 110 us of work an item", rounds, isApart: false, ct),
            .. await RunAsync(programs, window, "service=30us", "phone with 30 us of work an item", rounds, isApart: false, ct),
            .. await RunAsync(programs, window, "", "phone without delay", 8 * rounds, isApart: false, ct),
            .. await RunAsync(programs, window, "", "phone without delay, the window apart", 8 * rounds, isApart: true, ct),
        ];
    }

    private static async Task<IReadOnlyList<Row>> RunAsync(
        Shipped programs, ChromiumWindow window, string quirks, string name, int rounds, bool isApart, CancellationToken ct)
    {
        await using Shop shop = await Shop.OpenAsync(programs, 1, quirks, ct);
        await using OurProgram desktop = await programs.DesktopAsync(shop.Endpoint, ct);
        var entry = new Uri(await desktop.LineAsync("http://", ct));
        using Process program = Process.GetProcessById(desktop.Id);
        await window.Page.GoAsync(entry.ToString(), ct);
        await window.Page.UntilAsync("document.querySelector('[data-device]') !== null", ct);

        int last = Environment.ProcessorCount - 1;
        if (isApart && !(Confine(shop.ProcessIds, $"0-{last - 1}") && Confine([desktop.Id, .. window.ProcessIds], $"{last}")))
        {
            Console.Error.WriteLine("A window apart needs two cores, and taskset to confine processes to them: left out.");
            return [];
        }

        // The first dumps compile what is not compiled ahead, and again what turns out to be worth it; of long dumps one is enough for that.
        for (int warm = 0; warm < (quirks.Length == 0 ? 10 : 1); warm++)
        {
            await AloneAsync(shop, window, ct);
            await WatchedAsync(shop, window, ct);
        }
        List<double> alone = [], watched = [];
        TimeSpan ofProgram = TimeSpan.Zero, ofBrowser = TimeSpan.Zero;
        for (int round = 0; round < rounds; round++)
        {
            // In turn first and second, so that neither has the better weather.
            if (round % 2 == 0)
                alone.Add(await AloneAsync(shop, window, ct));
            (TimeSpan programBefore, TimeSpan browserBefore) = (TimeOf(program), window.ProcessorTime());
            watched.Add(await WatchedAsync(shop, window, ct));
            ofProgram += TimeOf(program) - programBefore;
            ofBrowser += window.ProcessorTime() - browserBefore;
            if (round % 2 != 0)
                alone.Add(await AloneAsync(shop, window, ct));
        }
        return
        [
            Row.AtMost($"{name}: full dump of both SIMs watched by a window, against one that is not", 1.05, watched.Sum() / alone.Sum(), "",
                $"{Rounds.Median(watched):0.000} s to {Rounds.Median(alone):0.000} s"),
            Row.Of($"{name}: processor time of a watched dump", $"{ofProgram.TotalSeconds / rounds:0.000} s of the desktop program, {ofBrowser.TotalSeconds / rounds:0.000} s of the browser"),
        ];
    }

    private static async Task<double> AloneAsync(Shop shop, ChromiumWindow window, CancellationToken ct)
    {
        await window.Page.AskAsync("Blazor.navigateTo('/at/local/phones')", ct);
        await window.Page.UntilAsync("document.querySelector('[data-device]') !== null", ct);
        return (await shop.DumpAsync(Everything(shop), _ => Task.CompletedTask, ct)).TotalSeconds;
    }

    // As who presses "Start the backup": the window goes to the job's page, without loading anything anew.
    private static async Task<double> WatchedAsync(Shop shop, ChromiumWindow window, CancellationToken ct)
    {
        double seconds = (await shop.DumpAsync(Everything(shop), job => window.Page.AskAsync($"Blazor.navigateTo('/at/local/{job}')", ct), ct)).TotalSeconds;
        await window.Page.UntilAsync("document.querySelector('.job-outcome') !== null", ct);
        // Whoever watched has them all.
        await window.Page.UntilAsync(string.Create(CultureInfo.InvariantCulture,
            $"[...document.querySelectorAll('.range-legend [data-count]')].reduce((sum, cell) => sum + (cell.closest('tr').dataset.state === 'NotRead' ? 0 : +cell.dataset.count), 0) === {Items}"), ct);
        return seconds;
    }

    private static StartDumpRequest Everything(Shop shop) => new()
    {
        Device = shop.Ports[0],
        Ranges = { new NvRange { First = 0, Last = 65535 } },
        Slots = { 1, 2 },
        SaveSnapshot = true,
    };

    // All threads of the processes, and whatever they start. False where that cannot be done.
    private static bool Confine(IEnumerable<int> processes, string cores)
    {
        try
        {
            return Environment.ProcessorCount > 1 && processes.All(process =>
            {
                using var taskset = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", cores, $"{process}"]) { RedirectStandardOutput = true })!;
                taskset.StandardOutput.ReadToEnd();
                taskset.WaitForExit();
                return taskset.ExitCode == 0;
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static TimeSpan TimeOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
