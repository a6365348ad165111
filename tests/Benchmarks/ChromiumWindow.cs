using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImeiAgent.TestKit;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// A page in a real Chromium, told by its own protocol (Chrome DevTools Protocol, domains Page and Runtime) where to go. Not by Playwright: that
/// has the browser report all it does, which is work that no window of a user has.
/// </summary>
internal sealed class ChromiumWindow : IAsyncDisposable
{
    private readonly TemporaryFolder _profile = new();
    private readonly ClientWebSocket _line = new();
    private readonly OurProgram _browser;
    private int _last;

    private ChromiumWindow(string program) => _browser = OurProgram.StartAny(program, null,
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run", "--window-size=1280,800",
        "--remote-debugging-port=0", $"--user-data-dir={_profile.File("profile")}", "about:blank");

    /// <summary>Opens an empty page; null when no Chromium is installed.</summary>
    public static async Task<ChromiumWindow?> TryOpenAsync(CancellationToken ct)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string? program = ((string[])["chromium", "chromium-browser", "google-chrome"]).SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (program is null)
            return null;
        var window = new ChromiumWindow(program);
        // It writes its port here once it listens.
        string told = window._profile.File("profile/DevToolsActivePort");
        while (!File.Exists(told) || (await File.ReadAllLinesAsync(told, ct)).Length < 2)
            await Task.Delay(50, ct);
        using var http = new HttpClient();
        JsonNode pages = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{(await File.ReadAllLinesAsync(told, ct))[0]}/json/list"), ct))!;
        JsonNode page = pages.AsArray().First(one => (string?)one!["type"] == "page")!;
        await window._line.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), ct);
        return window;
    }

    /// <summary>All processor time of the browser's processes so far.</summary>
    public TimeSpan ProcessorTime() => TimeSpan.FromTicks(Family().Sum(process => process.TotalProcessorTime.Ticks));

    /// <summary>Goes to an address.</summary>
    public Task GoAsync(string address, CancellationToken ct) => CallAsync("Page.navigate", new JsonObject { ["url"] = address }, ct);

    /// <summary>Computes an expression within the page.</summary>
    public async Task<string> AskAsync(string expression, CancellationToken ct)
    {
        JsonNode answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = $"String({expression})", ["returnByValue"] = true }, ct);
        return (string?)answer["result"]?["value"] ?? "";
    }

    /// <summary>Waits until an expression is true within the page.</summary>
    public async Task UntilAsync(string expression, CancellationToken ct)
    {
        for (var watch = Stopwatch.StartNew(); await AskAsync(expression, ct) != "true"; await Task.Delay(100, ct))
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException($"the page never came to: {expression}; it shows: {await AskAsync("document.body.innerText", ct)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _line.Dispose();
        await _browser.DisposeAsync();
        _profile.Dispose();
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters, CancellationToken ct)
    {
        int id = ++_last;
        byte[] call = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters });
        await _line.SendAsync(call, WebSocketMessageType.Text, endOfMessage: true, ct);
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            using var message = new MemoryStream();
            WebSocketReceiveResult piece;
            do
            {
                piece = await _line.ReceiveAsync(buffer, ct);
                message.Write(buffer, 0, piece.Count);
            }
            while (!piece.EndOfMessage);
            JsonNode answer = JsonNode.Parse(message.ToArray())!;
            if ((int?)answer["id"] == id)
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer["error"]}");
        }
    }

    // Chromium's processes are children of the first, or of its children.
    private IEnumerable<Process> Family()
    {
        HashSet<int> known = [_browser.Id];
        foreach (Process process in Process.GetProcesses().OrderBy(process => process.Id))
        {
            if (known.Contains(process.Id) || known.Contains(ParentOf(process.Id)))
            {
                known.Add(process.Id);
                yield return process;
            }
        }
    }

    private static int ParentOf(int process)
    {
        try
        {
            // pid (name) state parent ...; the name may hold blanks.
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // It ended meanwhile.
        }
    }
}
