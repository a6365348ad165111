using System.Net;

namespace ImeiAgent.Client.Desktop.Access;

/// <summary>
/// Lets in the one browser that was given the key, and nobody else: not another program of this machine, not a page of another site
/// that reaches for loopback (Origin), not a foreign name that resolves to it (Host). Stands before everything, static files included.
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
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        if (!IsLoopbackName(request.Host, context.Connection.LocalPort))
            return RefuseAsync(context, HttpStatusCode.Forbidden, "This address is for this machine's own browser.");
        if (!IsOwnOrigin(request))
            return RefuseAsync(context, HttpStatusCode.Forbidden, "Another page has no business here.");

        string cookie = $"imei-desktop-{context.Connection.LocalPort}"; // Cookies do not keep ports apart; the name does.
        if (keys.IsSession(request.Cookies[cookie]))
            return next(context);

        if (HttpMethods.IsGet(request.Method) && request.Path == "/" && request.Query["key"] is [{ } key] && keys.TryUse(key))
        {
            context.Response.Cookies.Append(cookie, keys.Session, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Path = "/",
            });
            headers.CacheControl = "no-store";
            context.Response.Redirect("/"); // The key leaves the address bar.
            return Task.CompletedTask;
        }
        return RefuseAsync(context, HttpStatusCode.Unauthorized,
            "This window's key is missing, wrong, or was used already. Close it and start imei-desktop again.");
    }

    private static bool IsLoopbackName(HostString host, int port) =>
        host.Port == port && host.Host is ("127.0.0.1" or "localhost");

    private static bool IsOwnOrigin(HttpRequest request) =>
        (request.Headers.Origin is not [{ } origin, ..] || origin == $"http://{request.Host}")
        && request.Headers["Sec-Fetch-Site"] is not ["cross-site" or "same-site"];

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string why)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
