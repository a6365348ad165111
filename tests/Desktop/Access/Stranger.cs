using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Desktop.Access;

/// <summary>Another web server of this machine, whose page tries all that a page can to reach a desktop window.</summary>
internal sealed class Stranger : IAsyncDisposable
{
    // Ends when every attempt did: tells by name what came of those whose outcome a page can see.
    private const string Page = """
        <!DOCTYPE html><title>stranger</title><body><script>
        const target = new URLSearchParams(location.search).get('target'), wait = { signal: AbortSignal.timeout(8000) };
        const outcome = {};
        const of = (name, promise) => promise.then(() => outcome[name] = 'yes', () => outcome[name] = 'no');
        const load = (tag, attribute, path) => new Promise((yes, no) => {
          const element = document.createElement(tag);
          element[attribute] = target + path;
          element.rel = 'stylesheet';
          element.onload = yes;
          element.onerror = no;
          document.body.append(element);
        });
        const post = (path, where) => {
          const form = document.createElement('form');
          form.method = 'post'; form.action = target + path; form.target = where; form.enctype = 'text/plain';
          document.body.append(form);
          form.submit();
        };
        const frame = (name, path) => new Promise(done => {
          const element = document.createElement('iframe');
          element.name = name;
          element.onload = done;
          if (path) element.src = target + path;
          document.body.append(element);
        });
        window.attack = Promise.all([
          of('fetch', fetch(target + '/at/local/', { credentials: 'include', ...wait })),
          of('fetch with a header', fetch(target + '/at/local/', { credentials: 'include', headers: { 'X-Stranger': '1' }, ...wait })),
          of('websocket', new Promise((yes, no) => { const s = new WebSocket(target.replace('http', 'ws') + '/_blazor'); s.onopen = yes; s.onerror = no; })),
          of('events', new Promise((yes, no) => { const s = new EventSource(target + '/_blazor?id=1', { withCredentials: true }); s.onopen = yes; s.onerror = no; })),
          of('script', load('script', 'src', '/_framework/blazor.web.js')),
          of('style', load('link', 'href', '/_content/MudBlazor/MudBlazor.min.css')),
          of('image', load('img', 'src', '/at/local/')),
          fetch(target + '/at/local/?blind', { mode: 'no-cors', credentials: 'include', ...wait }).catch(() => 0),
          fetch(target + '/_blazor/negotiate?negotiateVersion=1', { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'x', ...wait }).catch(() => 0),
          frame('own', '/at/local/?framed'),
          frame('forms', null).then(() => post('/_blazor/disconnect', 'forms')),
        ]).then(() => { navigator.sendBeacon(target + '/_blazor/disconnect', new FormData()); return outcome; });
        </script><a id="open" target="_blank" rel="opener">open</a><a id="go">go</a>
        <script>for (const id of ['open', 'go']) document.getElementById(id).href = target + '/at/local/?' + id;</script>
        """;

    private readonly WebApplication _app;

    private Stranger(WebApplication app) => _app = app;

    /// <summary>Where it is.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>The cookies that browsers sent to it.</summary>
    public List<string> Cookies { get; } = [];

    public static async Task<Stranger> StartAsync(IPAddress address)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, 0));
        WebApplication app = builder.Build();
        Stranger stranger = new(app);
        app.Run(context =>
        {
            lock (stranger.Cookies)
                stranger.Cookies.AddRange(context.Request.Headers.Cookie.OfType<string>());
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync(Page);
        });
        await app.StartAsync();
        return stranger;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
