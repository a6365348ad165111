using System.Net;
using ImeiAgent.Client.Desktop.Access;
using Xunit;

namespace ImeiAgent.Desktop.Access;

// The desktop host lets in the one browser that was given a key.
public sealed class AccessTests : IAsyncLifetime
{
    private Visited _visited = null!;

    public async ValueTask InitializeAsync() => _visited = await Visited.StartAsync();

    public ValueTask DisposeAsync() => _visited.DisposeAsync();

    [Fact]
    public void It_listens_on_loopback_only_at_an_address_that_nothing_else_serves()
    {
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(_visited.Host.Address.Host)));
        Assert.NotEqual(0, _visited.Host.Address.Port);
        Assert.SkipWhen(OperatingSystem.IsMacOS(), "macOS has one address of loopback");
        Assert.NotEqual("127.0.0.1", _visited.Host.Address.Host);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/at/local/")]
    [InlineData("/?key=")]
    [InlineData("/?key=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/_blazor/negotiate")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css")]
    public async Task Without_cookie_or_with_a_wrong_key_nothing_is_served_not_even_a_script(string path) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await _visited.GetAsync(path)).StatusCode);

    [Theory]
    [InlineData("/")]
    [InlineData("/at/local/")]
    public async Task The_key_works_once_becomes_a_strict_cookie_and_leaves_the_address(string path)
    {
        string entry = _visited.Entrance.UrlOf(path).PathAndQuery;
        using HttpResponseMessage first = await _visited.GetAsync(entry);
        using HttpResponseMessage second = await _visited.GetAsync(entry);

        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Equal(path, first.Headers.Location?.ToString());
        string cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
    }

    [Fact]
    public async Task A_further_window_has_a_key_of_its_own_which_is_used_up_though_the_cookie_would_do()
    {
        string cookie = await _visited.EnterAsync();
        string entry = _visited.Entrance.UrlOf("/at/shop/").PathAndQuery;

        using HttpResponseMessage further = await _visited.GetAsync(entry, cookie);

        Assert.Equal((HttpStatusCode.Redirect, "/at/shop/"), (further.StatusCode, further.Headers.Location?.ToString()));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _visited.GetAsync(entry)).StatusCode);
    }

    [Fact]
    public void Of_keys_that_nobody_uses_the_last_16_are_good()
    {
        AccessKeys keys = new();
        string[] made = [.. Enumerable.Range(0, 17).Select(_ => keys.NewKey())];

        Assert.Equal(17, made.Distinct().Count());
        Assert.False(keys.TryUse(made[0]));
        Assert.False(keys.IsUsed);
        Assert.All(made[1..], key => Assert.True(keys.TryUse(key)));
        Assert.True(keys.IsUsed);
    }

    [Fact]
    public async Task With_the_cookie_the_page_and_its_assets_are_served_from_here_and_nowhere_else()
    {
        string cookie = await _visited.EnterAsync();

        string page = await (await _visited.GetAsync("/at/local/", cookie)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using HttpResponseMessage style = await _visited.GetAsync("/_content/MudBlazor/MudBlazor.min.css", cookie);
        using HttpResponseMessage script = await _visited.GetAsync("/_framework/blazor.web.js", cookie);

        Assert.Contains("ImeiAgent", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (style.StatusCode, script.StatusCode));
    }

    [Fact]
    public async Task The_cookie_of_another_port_or_another_program_does_not_count()
    {
        string cookie = await _visited.EnterAsync();
        string[] parts = cookie.Split('=');
        await using Visited other = await Visited.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await _visited.GetAsync("/at/local/", cookie)).StatusCode);
        Assert.Equal($"imei-desktop-{_visited.Host.Address.Port}", parts[0]);
        string[] wrong =
        [
            $"imei-desktop-{_visited.Host.Address.Port - 1}={parts[1]}", $"imei-desktop={parts[1]}", $"{parts[0]}={parts[1]}0", $"{parts[0]}={parts[1][..^1]}", $"{parts[0]}=",
            $"{parts[0]}={(await other.EnterAsync()).Split('=')[1]}",
        ];
        foreach (string one in wrong)
            Assert.Equal(HttpStatusCode.Unauthorized, (await _visited.GetAsync("/at/local/", one)).StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:{port}")] // DNS rebinding: a name of the attacker's that resolves to loopback.
    [InlineData("{address}.nip.io:{port}")]
    [InlineData("{address}")]
    [InlineData("{address}:1")]
    [InlineData("{address}:0{port}")]
    [InlineData("{address}.:{port}")]
    [InlineData("localhost:{port}")] // Another user may serve ::1 at this port.
    [InlineData("127.0.0.1:{port}")]
    [InlineData("[::1]:{port}")]
    [InlineData("evil.example@{address}:{port}")]
    public async Task A_foreign_host_name_is_refused_even_with_the_cookie(string host)
    {
        string cookie = await _visited.EnterAsync();
        Uri address = _visited.Host.Address;
        string name = host.Replace("{address}", address.Host, StringComparison.Ordinal).Replace("{port}", $"{address.Port}", StringComparison.Ordinal);
        Assert.SkipWhen(name == _visited.Name, "this machine has one address of loopback");

        string answer = await _visited.SayAsync($"GET /at/local/ HTTP/1.1\r\nHost: {name}\r\nCookie: {cookie}\r\n\r\n");

        Assert.Matches("^HTTP/1.1 (403|400) ", answer);
        Assert.StartsWith("HTTP/1.1 200 ", await _visited.SayAsync($"GET /at/local/ HTTP/1.1\r\nHost: {_visited.Name}\r\nCookie: {cookie}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "something-new")]
    public async Task A_page_of_another_origin_is_refused_even_with_the_cookie_also_what_it_only_reads_or_opens(string header, string value)
    {
        string cookie = await _visited.EnterAsync();
        foreach (string path in (string[])["/_blazor", "/at/local/", "/_content/MudBlazor/MudBlazor.min.css", "/no-such-download", _visited.Entrance.UrlOf("/").PathAndQuery])
            Assert.Equal(HttpStatusCode.Forbidden, (await _visited.GetAsync(path, cookie, (header, value))).StatusCode);
    }

    [Fact]
    public async Task A_page_of_the_same_machine_at_another_port_is_another_origin()
    {
        string cookie = await _visited.EnterAsync();
        Uri address = _visited.Host.Address;
        Assert.Equal(HttpStatusCode.OK, (await _visited.GetAsync("/at/local/", cookie, ("Origin", _visited.Origin))).StatusCode);
        foreach (string origin in (string[])[$"http://{address.Host}:{address.Port - 1}", $"http://{address.Host}", $"https://{_visited.Name}", $"http://localhost:{address.Port}", $"{_visited.Origin}/"])
            Assert.Equal(HttpStatusCode.Forbidden, (await _visited.GetAsync("/at/local/", cookie, ("Origin", origin))).StatusCode);
    }

    [Theory]
    [InlineData("same-origin")]
    [InlineData("none")]
    public async Task What_the_pages_ask_for_and_what_the_user_opens_is_served(string site)
    {
        string cookie = await _visited.EnterAsync();
        Assert.Equal(HttpStatusCode.OK, (await _visited.GetAsync("/at/local/", cookie, ("Sec-Fetch-Site", site))).StatusCode);
    }
}
