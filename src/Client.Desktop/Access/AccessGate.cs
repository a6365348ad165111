using System.Net;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Client.Desktop.Window;

namespace ImeiAgent.Client.Desktop.Access;

/// <summary>
/// Lets in the one browser that was given a key, and nobody else: not another program of this machine, not a page of another site
/// that reaches for loopback (Origin, Sec-Fetch-Site), not a foreign name that resolves to it (Host). Stands before everything, static
/// files included.
/// </summary>
public sealed class AccessGate(RequestDelegate next, AccessKeys keys)
{
    // The pages use nothing from elsewhere. MudBlazor writes style elements and attributes.
    private const string ContentPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Judges one request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        HttpRequest request = context.Request;
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        // Not "no-referrer": with that a browser says "Origin: null" in the pages' own posts, and they could not be told from a stranger's.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store"; // Pages hold numbers of phones. Static files say otherwise for themselves.

        if (!IsOwnHost(context))
            return RefuseAsync(context, HttpStatusCode.Forbidden, ShellTexts.RefusedHost);
        if (!IsOfOwnPage(request))
            return RefuseAsync(context, HttpStatusCode.Forbidden, ShellTexts.RefusedPage);

        string cookie = $"imei-desktop-{context.Connection.LocalPort}"; // Cookies do not keep ports apart; the name does.
        // A further window of a browser that is in already has a key too: it is used up, and leaves the address bar.
        if (HttpMethods.IsGet(request.Method) && IsEntry(request.Path) && request.Query["key"] is [{ } key] && keys.TryUse(key))
        {
            context.Response.Cookies.Append(cookie, keys.Session, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Path = "/",
            });
            context.Response.Redirect(request.Path);
            return Task.CompletedTask;
        }
        if (keys.IsSession(request.Cookies[cookie]))
            return next(context);
        return RefuseAsync(context, HttpStatusCode.Unauthorized, ShellTexts.RefusedKey);
    }

    // The redirect goes to this path: "//evil.example" would be another site.
    private static bool IsEntry(PathString path) =>
        path == "/" || WindowAddress.ContextOf(path) is not null;

    private static bool IsOwnHost(HttpContext context) =>
        context.Request.Host.Value == $"{context.Connection.LocalIpAddress}:{context.Connection.LocalPort}";

    // "none" is what a person typed or another program opened. A request that changes something, or opens a connection that can, says where it is from in every browser.
    private static bool IsOfOwnPage(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [] or ["same-origin" or "none"]
        && (request.Headers.Origin is [] ? IsReading(request) : request.Headers.Origin is [{ } origin] && origin == $"http://{request.Host}");

    private static bool IsReading(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Headers.Upgrade.Count == 0;

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string why)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
