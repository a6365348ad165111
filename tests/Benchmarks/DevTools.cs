using System.Net.WebSockets;
using System.Text.Json;

namespace ImeiAgent.Benchmarks;

/// <summary>Asks a page of a Chromium that was started with <c>--remote-debugging-port</c> (Chrome DevTools Protocol).</summary>
internal static class DevTools
{
    /// <summary>The value of a script's promise in the browser's first page; null when there is no page yet, or the promise's value is null.</summary>
    public static async Task<string?> EvaluateAsync(int port, string script, CancellationToken ct)
    {
        using var http = new HttpClient();
        using var pages = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json"), ct));
        string? address = pages.RootElement.EnumerateArray().Where(page => page.GetProperty("type").GetString() == "page")
            .Select(page => page.GetProperty("webSocketDebuggerUrl").GetString()).FirstOrDefault();
        if (address is null)
            return null;
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(address), ct);
        byte[] ask = JsonSerializer.SerializeToUtf8Bytes(new { id = 1, method = "Runtime.evaluate", @params = new { expression = script, awaitPromise = true, returnByValue = true } });
        await socket.SendAsync(ask, WebSocketMessageType.Text, endOfMessage: true, ct);
        using var answer = new MemoryStream();
        byte[] part = new byte[16 * 1024];
        ValueWebSocketReceiveResult read;
        do
        {
            read = await socket.ReceiveAsync(part.AsMemory(), ct);
            answer.Write(part, 0, read.Count);
        }
        while (!read.EndOfMessage);
        using var told = JsonDocument.Parse(answer.ToArray());
        return told.RootElement.GetProperty("result").GetProperty("result").TryGetProperty("value", out JsonElement value) ? value.ToString() : null;
    }
}
