using System.Globalization;
using System.Text.Json;
using ImeiAgent.TestKit;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// How long a technician waits for the desktop client's window, and what it takes of the machine: the published program with Chromium on a
/// screen that nobody sees, drawn without a graphics card. No agent runs.
/// </summary>
internal static class Window
{
    // Both are of the wall clock: performance.timeOrigin is when the browser asked for the page, in milliseconds since 1970.
    private const string Painted = """
        new Promise(done => {
          const paint = performance.getEntriesByName('first-contentful-paint')[0];
          if (!paint || !document.title.includes('ImeiAgent')) return done(null);
          const start = performance.getEntriesByType('navigation')[0];
          done(JSON.stringify([performance.timeOrigin, performance.timeOrigin + start.responseStart, performance.timeOrigin + paint.startTime]));
        })
        """;

    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        (string program, IDisposable folder) = await Shipped.PublishDesktopAsync(ct);
        using (folder)
        {
            List<Start> starts = [];
            for (int round = 0; round <= rounds; round++)
                starts.Add(await StartAsync(program, ct));
            starts.RemoveAt(0); // The first one reads the programs from the disk.
            double paint = Rounds.Median(starts.Select(start => start.Paint));
            return
            [
                Row.AtMost("desktop window: from the program's start to its page's first paint", 2, paint, " s",
                    $"asked for after {Rounds.Median(starts.Select(start => start.Ask)):0.00} s, answered after {Rounds.Median(starts.Select(start => start.Answer)):0.00} s; {starts.Min(start => start.Paint):0.00} to {starts.Max(start => start.Paint):0.00} s"),
                Row.Of("desktop window: memory", $"imei-desktop {Rounds.Median(starts.Select(start => start.OwnMiB)):0} MiB; Chromium's {starts[0].Processes} processes {Rounds.Median(starts.Select(start => start.BrowserMiB)):0} MiB, what they share counted once"),
            ];
        }
    }

    private static async Task<Start> StartAsync(string path, CancellationToken ct)
    {
        await using Screen screen = await Screen.StartAsync("--remote-debugging-port=0");
        screen.Environment["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        double began = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        OurProgram program = screen.Keep(OurProgram.StartAny(path, screen.Environment));
        int port = 0;
        await Eventually.HoldsAsync(() => (port = Port(screen.Temporary)) > 0);
        await screen.WindowsAsync("ImeiAgent", 1);
        await Task.Delay(2000, ct); // Until it is settled: whoever asks while it starts takes part of the time.
        using DevTools page = await DevTools.TryAttachAsync(port, ct) ?? throw new InvalidOperationException("the window has no page");
        string painted = "";
        await Eventually.HoldsAsync(async () => (painted = await page.AskAsync(Painted, ct)).Length > 0);
        double[] times = [.. JsonSerializer.Deserialize<double[]>(painted)!.Select(time => (time - began) / 1000)];
        int[] browser = [.. Descendants(program.Id)];
        return new Start(times[0], times[1], times[2], KiB(program.Id, "status", "VmRSS") / 1024.0, browser.Sum(one => KiB(one, "smaps_rollup", "Pss")) / 1024.0, browser.Length);
    }

    private static int Port(string temporary) =>
        Directory.EnumerateDirectories(temporary, "imei-desktop-*").Select(profile => Path.Combine(profile, "DevToolsActivePort")).Where(File.Exists)
            .Select(file => File.ReadLines(file).FirstOrDefault()).Select(line => int.TryParse(line, CultureInfo.InvariantCulture, out int port) ? port : 0).FirstOrDefault();

    private static IEnumerable<int> Descendants(int process) =>
        from thread in Directory.EnumerateDirectories($"/proc/{process}/task")
        from child in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
        let id = int.Parse(child, CultureInfo.InvariantCulture)
        from one in Descendants(id).Prepend(id)
        select one;

    private static long KiB(int process, string file, string field)
    {
        string line = File.ReadLines($"/proc/{process}/{file}").First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    // Seconds after the program's start.
    private sealed record Start(double Ask, double Answer, double Paint, double OwnMiB, double BrowserMiB, int Processes);
}
