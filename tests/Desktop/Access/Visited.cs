using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Access;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.Unit.Client;
using Xunit;

namespace ImeiAgent.Desktop.Access;

/// <summary>A desktop host that is visited by programs that send what no browser would.</summary>
public sealed class Visited : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly FakeAgent _agent;

    private Visited(FakeAgent agent, DesktopHost host, Entrance entrance)
    {
        _agent = agent;
        Host = host;
        Entrance = entrance;
    }

    public DesktopHost Host { get; }

    public Entrance Entrance { get; }

    /// <summary>What the Host header of an honest request says.</summary>
    public string Name => Host.Address.Authority;

    /// <summary>What the Origin header of an honest request says.</summary>
    public string Origin => "http://" + Name;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Visited> StartAsync()
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        var entrance = Entrance.Open();
        return new Visited(agent, await ScriptedDesktop.StartAsync(agent, entrance), entrance);
    }

    /// <summary>Comes in with a key; the cookie.</summary>
    public async Task<string> EnterAsync()
    {
        using HttpResponseMessage entry = await GetAsync(Entrance.UrlOf("/").PathAndQuery);
        return entry.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? cookie = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, cookie, headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? cookie, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, new Uri(Origin + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        return await _http.SendAsync(request, Ct);
    }

    /// <summary>Asks for a WebSocket; the status of the answer, 101 when it was opened.</summary>
    public async Task<int> UpgradeAsync(string path, string? cookie, string? origin)
    {
        using ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        if (cookie is not null)
            socket.Options.SetRequestHeader("Cookie", cookie);
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{Name}{path}"), Ct);
        }
        catch (WebSocketException)
        {
            // The status says it.
        }
        return (int)socket.HttpStatusCode;
    }

    /// <summary>Sends bytes as they are, and reads the first line of the answer; empty when the connection is closed without one.</summary>
    public async Task<string> SayAsync(string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(Host.Address.Host, Host.Address.Port, Ct);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Ct);
        using StreamReader reader = new(stream, Encoding.Latin1);
        try
        {
            return await reader.ReadLineAsync(Ct) ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
        await _agent.DisposeAsync();
    }
}
