using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// A page of a Chromium that was started with <c>--remote-debugging-port</c>, by the browser's own protocol (Chrome DevTools Protocol, domains Page,
/// Runtime and Input). Not by Playwright: that has the browser report all it does, which is work that no window of a user has.
/// </summary>
internal sealed class DevTools : IDisposable
{
    private readonly ClientWebSocket _line = new();
    private int _last;

    private DevTools()
    {
    }

    /// <summary>The browser's first page; null when there is none yet.</summary>
    public static async Task<DevTools?> TryAttachAsync(int port, CancellationToken ct)
    {
        using var http = new HttpClient();
        JsonNode pages = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list"), ct))!;
        if (pages.AsArray().FirstOrDefault(one => (string?)one!["type"] == "page") is not { } page)
            return null;
        var tools = new DevTools();
        await tools._line.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), ct);
        return tools;
    }

    /// <summary>Goes to an address.</summary>
    public Task GoAsync(string address, CancellationToken ct) => CallAsync("Page.navigate", new JsonObject { ["url"] = address }, ct);

    /// <summary>The value of an expression, or of its promise, within the page, as text; empty when there is none.</summary>
    /// <exception cref="InvalidOperationException">The page threw.</exception>
    public async Task<string> AskAsync(string expression, CancellationToken ct)
    {
        JsonNode answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true }, ct);
        if (answer["exceptionDetails"] is { } thrown)
            throw new InvalidOperationException($"{expression}: {thrown.ToJsonString()}");
        return answer["result"]?["value"]?.ToString() ?? "";
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

    /// <summary>Scrolls as a finger or wheel does, and returns when that has ended.</summary>
    /// <param name="x">Where, in CSS pixels.</param>
    /// <param name="y">Where, in CSS pixels.</param>
    /// <param name="distance">How far, in CSS pixels; below 0 towards the end.</param>
    /// <param name="speed">CSS pixels per second.</param>
    /// <param name="ct">Cancels.</param>
    public Task ScrollAsync(int x, int y, int distance, int speed, CancellationToken ct) => CallAsync(
        "Input.synthesizeScrollGesture", new JsonObject { ["x"] = x, ["y"] = y, ["yDistance"] = distance, ["speed"] = speed, ["preventFling"] = true, ["gestureSourceType"] = "mouse" }, ct);

    public void Dispose() => _line.Dispose();

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
}
