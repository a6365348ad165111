using System.Text.Json;
using ImeiAgent.TestKit;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// How long the table of all items of a SIM, 65,536 rows, holds its page while it is scrolled: by the wheel, and by the bar to anywhere. Chromium draws
/// without a graphics card, and shares the machine's cores with the desktop program.
/// </summary>
internal static class Scroll
{
    // Long animation frames (W3C Long Animation Frames API): from when a frame began to its end on the page's thread, of those beyond 50 ms. And the
    // time between two frames, which holds whatever else made the eye wait.
    private const string Watch = """
        (() => {
          const seen = window.seen = { long: [], gaps: [], on: true };
          new PerformanceObserver(list => seen.long.push(...list.getEntries().map(one => one.duration))).observe({ type: 'long-animation-frame' });
          let last = performance.now();
          const frame = now => {
            seen.gaps.push(now - last);
            last = now;
            if (seen.on) requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
        })()
        """;

    // Sixty places all over the table, each when what belongs to the one before is drawn.
    private const string Jump = """
        (async () => {
          const scroll = document.querySelector('.row-scroll'), room = scroll.scrollHeight - scroll.clientHeight;
          const frame = () => new Promise(requestAnimationFrame);
          for (let jump = 1; jump <= 60; jump++) {
            scroll.scrollTop = room * (jump * 37 % 61) / 61;
            const middle = () => [...scroll.querySelectorAll('tbody tr[aria-rowindex]')].some(row => {
              const box = row.getBoundingClientRect(), whole = scroll.getBoundingClientRect();
              return box.top <= whole.top + whole.height / 2 && box.bottom > whole.top + whole.height / 2;
            });
            for (let patience = 0; !middle(); patience++) {
              if (patience > 600) throw new Error(`no row came into sight at ${scroll.scrollTop} of ${room}`);
              await frame();
            }
          }
        })()
        """;

    public static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, int rounds, CancellationToken ct)
    {
        await using ChromiumWindow? window = await ChromiumWindow.TryOpenAsync(ct);
        if (window is null)
        {
            Console.Error.WriteLine("scroll needs Chromium, which is not installed: left out.");
            return [];
        }
        await using Shop shop = await Shop.OpenAsync(programs, 1, "", ct);
        string snapshot = await SnapshotAsync(shop, ct);
        await using OurProgram desktop = await programs.DesktopAsync(shop.Endpoint, ct);
        DevTools page = window.Page;
        await page.GoAsync(new Uri(await desktop.LineAsync("http://", ct)).ToString(), ct);
        await page.UntilAsync("document.querySelector('[data-device]') !== null", ct);
        // An item's address shows all rows.
        await page.AskAsync($"Blazor.navigateTo('/at/local/{snapshot}?item=0&sim=1')", ct);
        await page.UntilAsync("document.querySelector('.row-table')?.getAttribute('aria-rowcount') === '65537'", ct);
        await page.UntilAsync("document.querySelector('.item-detail') !== null", ct);
        await page.AskAsync("[...document.querySelectorAll('.item-detail .mud-icon-button')].find(one => one.ariaLabel.startsWith('Close')).click()", ct);
        await page.UntilAsync("document.querySelector('.item-detail') === null", ct);
        int[] middle = JsonSerializer.Deserialize<int[]>(await page.AskAsync(
            "(() => { const box = document.querySelector('.row-scroll').getBoundingClientRect(); return JSON.stringify([box.x + box.width / 2, box.y + box.height / 2].map(Math.round)); })()", ct))!;

        List<Seen> wheel = [], bar = [];
        for (int round = 0; round <= rounds; round++)
        {
            wheel.Add(await SeenAsync(page, async () =>
            {
                await page.ScrollAsync(middle[0], middle[1], -30_000, 10_000, ct);
                await page.ScrollAsync(middle[0], middle[1], 30_000, 10_000, ct);
            }, ct));
            bar.Add(await SeenAsync(page, () => page.AskAsync(Jump, ct), ct));
        }
        wheel.RemoveAt(0); // The first time compiles the page's scripts.
        bar.RemoveAt(0);
        return [Told("by the wheel, 10,000 pixels (312 rows) a second", wheel), Told("by the bar to 60 places", bar)];
    }

    private static Row Told(string how, List<Seen> rounds) => Row.AtMost(
        $"desktop window: longest frame while 65,536 rows are scrolled {how}", 100, rounds.Max(round => round.Longest), " ms",
        $"of {rounds.Sum(round => round.Frames)} frames in {rounds.Count} rounds; {rounds.Sum(round => round.Long)} held the page for more than 50 ms; between two frames {Rounds.Median(rounds.Select(round => round.Gap)):0} ms, at most {rounds.Max(round => round.LongestGap):0} ms");

    private static async Task<Seen> SeenAsync(DevTools page, Func<Task> scroll, CancellationToken ct)
    {
        await page.AskAsync(Watch, ct);
        await scroll();
        await Task.Delay(300, ct); // Observers are told a little later.
        string told = await page.AskAsync("(() => { seen.on = false; return JSON.stringify([seen.long, seen.gaps]); })()", ct);
        double[][] seen = JsonSerializer.Deserialize<double[][]>(told)!;
        // A frame that was not long is not told of: then all we know is the longest time between two.
        double longest = seen[0].Length > 0 ? seen[0].Max() : Math.Min(50, seen[1].Max());
        return new Seen(longest, seen[0].Length, seen[1].Length, Rounds.Median(seen[1]), seen[1].Max());
    }

    private static async Task<string> SnapshotAsync(Shop shop, CancellationToken ct)
    {
        string name = "";
        await shop.DumpAsync(Shop.Everything(shop.Ports[0]), job =>
        {
            name = job;
            return Task.CompletedTask;
        }, ct);
        return (await new JobService.JobServiceClient(shop.Channel).GetJobAsync(new GetJobRequest { Name = name }, cancellationToken: ct)).Job.Summary.Snapshot;
    }

    private sealed record Seen(double Longest, int Long, int Frames, double Gap, double LongestGap);
}
