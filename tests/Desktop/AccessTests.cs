using System.Net;
using ImeiAgent.Client.Desktop;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using Xunit;

namespace ImeiAgent.Desktop;

// The desktop host lets in the one browser that was given the key.
public sealed class AccessTests : IAsyncLifetime
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly TemporaryFolder _folder = new();
    private FakeAgent _agent = null!;
    private DesktopHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _host = await DesktopHost.StartAsync(new DesktopOptions { Local = _agent.Endpoint, Contexts = new(_folder.File("contexts")) }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        await _agent.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void It_listens_on_loopback_only()
    {
        Assert.Equal("127.0.0.1", _host.Address.Host);
        Assert.NotEqual(0, _host.Address.Port);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?key=")]
    [InlineData("/?key=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/_blazor/negotiate")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css")]
    public async Task Without_cookie_or_with_a_wrong_key_nothing_is_served_not_even_a_script(string path) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(path)).StatusCode);

    [Fact]
    public async Task The_key_works_once_becomes_a_strict_cookie_and_leaves_the_address()
    {
        using HttpResponseMessage first = await GetAsync(_host.EntryUrl.PathAndQuery);
        using HttpResponseMessage second = await GetAsync(_host.EntryUrl.PathAndQuery);

        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Equal("/", first.Headers.Location?.ToString());
        string cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
    }

    [Fact]
    public async Task With_the_cookie_the_page_and_its_assets_are_served_from_here_and_nowhere_else()
    {
        string cookie = await EnterAsync();

        string page = await (await GetAsync("/", cookie)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using HttpResponseMessage style = await GetAsync("/_content/MudBlazor/MudBlazor.min.css", cookie);
        using HttpResponseMessage script = await GetAsync("/_framework/blazor.web.js", cookie);

        Assert.Contains("ImeiAgent", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (style.StatusCode, script.StatusCode));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("localhost:1")]
    public async Task A_foreign_host_name_is_refused_even_with_the_cookie(string host)
    {
        string cookie = await EnterAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/", cookie, request => request.Headers.Host = host)).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_another_origin_is_refused_even_with_the_cookie(string header, string value)
    {
        string cookie = await EnterAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/_blazor", cookie, request => request.Headers.Add(header, value))).StatusCode);
    }

    private async Task<string> EnterAsync()
    {
        using HttpResponseMessage entry = await GetAsync(_host.EntryUrl.PathAndQuery);
        return entry.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? cookie = null, Action<HttpRequestMessage>? change = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_host.Address, path));
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        change?.Invoke(request);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
