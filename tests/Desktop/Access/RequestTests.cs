using System.Globalization;
using System.Net;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Desktop.Access;

// What a program may send that is no browser, and what a browser is told.
public sealed class RequestTests : IAsyncLifetime
{
    private Visited _visited = null!;
    private string _cookie = null!;

    public async ValueTask InitializeAsync()
    {
        _visited = await Visited.StartAsync();
        _cookie = await _visited.EnterAsync();
    }

    public ValueTask DisposeAsync() => _visited.DisposeAsync();

    [Fact]
    public async Task A_live_connection_takes_the_cookie_and_the_pages_own_origin()
    {
        Uri address = _visited.Host.Address;
        string sibling = $"http://{address.Host}:{address.Port - 1}";
        Assert.Equal(101, await _visited.UpgradeAsync("/_blazor", _cookie, _visited.Origin));
        Assert.Equal(401, await _visited.UpgradeAsync("/_blazor", null, _visited.Origin));
        Assert.Equal(403, await _visited.UpgradeAsync("/_blazor", _cookie, null));
        Assert.Equal(403, await _visited.UpgradeAsync("/_blazor", null, null));
        Assert.Equal(403, await _visited.UpgradeAsync("/_blazor", _cookie, sibling));
        Assert.Equal(403, await _visited.UpgradeAsync("/_blazor", _cookie, "http://evil.example"));
        Assert.Equal(403, await _visited.UpgradeAsync("/_blazor", _cookie, "null"));
    }

    [Theory]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", HttpStatusCode.OK)]
    [InlineData("/_blazor/disconnect", HttpStatusCode.BadRequest)] // It came through, and has no circuit's name.
    public async Task What_changes_something_takes_the_cookie_and_the_pages_own_origin(string path, HttpStatusCode served)
    {
        Assert.Equal(served, (await _visited.SendAsync(HttpMethod.Post, path, _cookie, ("Origin", _visited.Origin))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _visited.SendAsync(HttpMethod.Post, path, null, ("Origin", _visited.Origin))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _visited.SendAsync(HttpMethod.Post, path, _cookie)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _visited.SendAsync(HttpMethod.Post, path, _cookie, ("Origin", "null"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _visited.SendAsync(HttpMethod.Post, path, _cookie, ("Origin", "http://evil.example"))).StatusCode);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    public async Task A_key_is_for_opening_a_page_and_not_used_up_by_anything_else(string method)
    {
        string entry = _visited.Entrance.UrlOf("/").PathAndQuery;
        using HttpResponseMessage answer = await _visited.SendAsync(new HttpMethod(method), entry, null, ("Origin", _visited.Origin));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(HttpStatusCode.Redirect, (await _visited.GetAsync(entry)).StatusCode);
    }

    [Theory]
    [InlineData("/_blazor")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("//evil.example/")]
    [InlineData("/at//evil.example/")]
    [InlineData("/at/%2f%2fevil.example/")]
    [InlineData("/at/x/..//evil.example/")]
    [InlineData("/at/\\evil.example/")]
    [InlineData("/at/local/%0d%0aSet-Cookie:x=1/")]
    public async Task A_key_leads_to_pages_of_this_program_only(string path)
    {
        using HttpResponseMessage answer = await _visited.GetAsync($"{path}?key={_visited.Entrance.Keys.NewKey()}");

        if (answer.StatusCode == HttpStatusCode.Redirect)
            Assert.Equal(_visited.Name, new Uri(_visited.Host.Address, answer.Headers.Location!).Authority);
        else
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Two_keys_are_none()
    {
        string key = _visited.Entrance.Keys.NewKey();
        Assert.Equal(HttpStatusCode.Unauthorized, (await _visited.GetAsync($"/?key={key}&key={key}")).StatusCode);
    }

    [Theory]
    [InlineData("GET http://evil.example/at/local/ HTTP/1.1\r\nHost: {name}\r\n{cookie}\r\n")]
    [InlineData("GET /at/local/ HTTP/1.1\r\nHost: {name}\r\nHost: evil.example\r\n{cookie}\r\n")]
    [InlineData("GET /at/local/ HTTP/1.1\r\n{cookie}\r\n")]
    [InlineData("GET /at/local/ HTTP/1.0\r\n{cookie}\r\n")]
    [InlineData("GET /at/local/ HTTP/1.1\r\nHost: {name}\r\nOrigin: http://{name}\r\nOrigin: http://evil.example\r\n{cookie}\r\n")]
    [InlineData("GET /at/local/ HTTP/1.1\r\nHost: {name}\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n{cookie}\r\n")]
    [InlineData("GET /at/local/ HTTP/1.1\r\nHost: {name}\r\nSec-Fetch-Site: cross-site, none\r\n{cookie}\r\n")]
    [InlineData("GET /../../../../etc/passwd HTTP/1.1\r\nHost: {name}\r\n{cookie}\r\n")]
    [InlineData("GET /_content/../imei-desktop.dll HTTP/1.1\r\nHost: {name}\r\n{cookie}\r\n")]
    [InlineData("GET /_content/MudBlazor/%2e%2e/%2e%2e/imei-desktop.deps.json HTTP/1.1\r\nHost: {name}\r\n{cookie}\r\n")]
    [InlineData("GET /imei-desktop.staticwebassets.endpoints.json HTTP/1.1\r\nHost: {name}\r\n{cookie}\r\n")]
    [InlineData("CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n{cookie}\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public async Task Tricks_bring_nothing_even_with_the_cookie(string request)
    {
        string sent = request.Replace("{name}", _visited.Name, StringComparison.Ordinal).Replace("{cookie}", $"Cookie: {_cookie}\r\n", StringComparison.Ordinal);

        Assert.DoesNotMatch("^HTTP/1.1 [23]", await _visited.SayAsync(sent));
    }

    [Theory]
    [InlineData("/at/local/", true, 200)]
    [InlineData("/at/local/", false, 401)]
    [InlineData("/_framework/blazor.web.js", true, 200)]
    [InlineData("/no-such-page", true, 404)]
    public async Task Every_answer_tells_the_browser_to_keep_it_to_itself(string path, bool isIn, int status)
    {
        using HttpResponseMessage answer = await _visited.GetAsync(path, isIn ? _cookie : null);

        Assert.Equal(status, (int)answer.StatusCode);
        string[] policies = [.. answer.Headers.GetValues("Content-Security-Policy")];
        string[] ours = policies[0].Split("; ");
        foreach (string rule in (string[])["default-src 'self'", "script-src 'self'", "connect-src 'self'", "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'"])
            Assert.Contains(rule, ours);
        Assert.DoesNotContain(policies, policy => policy.Contains("unsafe-eval", StringComparison.Ordinal));
        foreach ((string header, string value) in ((string, string)[])
            [("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin")])
            Assert.Equal(value, Assert.Single(answer.Headers.GetValues(header)));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Server"));
        if (!path.StartsWith("/_framework", StringComparison.Ordinal))
            Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Another_user_of_this_machine_is_cut_off_whatever_they_know()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can act as another user");
        string setpriv = Requires.Program("setpriv"), bash = Requires.Program("bash");
        Uri address = _visited.Host.Address;
        string script = string.Create(CultureInfo.InvariantCulture,
            $"exec 3<>/dev/tcp/{address.Host}/{address.Port}; printf 'GET /at/local/ HTTP/1.1\\r\\nHost: {_visited.Name}\\r\\nCookie: {_cookie}\\r\\n\\r\\n' >&3; head -n 1 <&3");

        await using OurProgram self = OurProgram.StartAny(bash, null, "-c", script);
        await using OurProgram other = OurProgram.StartAny(setpriv, null, "--reuid", "65534", "--clear-groups", bash, "-c", script);
        await self.EndAsync(TestContext.Current.CancellationToken);
        await other.EndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 200", Assert.Single(self.Output), StringComparison.Ordinal);
        Assert.Empty(other.Output);
    }
}
