using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>
/// Measurements for Prometheus to fetch: a server of its own on the loopback address, with nothing else on it. It asks for no certificate, so it
/// answers only to loopback's names: a web page whose name was turned to 127.0.0.1 gets nothing.
/// </summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MetricsEndpoint(WebApplication app, string address) => (_app, Address) = (app, address);

    /// <summary>Where it is, as in "http://127.0.0.1:9464/metrics".</summary>
    public string Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="port">Its port; 0 for any free one.</param>
    /// <param name="agent">The agent's services, among them what measures.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="AgentStartException">The port cannot be used.</exception>
    public static async Task<MetricsEndpoint> StartAsync(int port, IServiceProvider agent, CancellationToken ct)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "imei-agent" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 16;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddSingleton(agent.GetRequiredService<ILoggerFactory>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, GuestLifetime>());
        WebApplication app = builder.Build();
        app.Use(RefuseForeignNames);
        app.UseOpenTelemetryPrometheusScrapingEndpoint(agent.GetRequiredService<MeterProvider>(), null, null, null, null);
        try
        {
            await app.StartAsync(ct);
        }
        catch (Exception e)
        {
            await app.DisposeAsync();
            if (e is IOException)
                throw new AgentStartException(
                    AgentStartException.CannotRun, $"--metrics {port}: another program has this port of 127.0.0.1. Give another one, or leave --metrics out.", e);
            throw;
        }
        return new MetricsEndpoint(app, $"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/metrics");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task RefuseForeignNames(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Host.Host is "127.0.0.1" or "localhost")
            return next(http);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return http.Response.WriteAsync("Measurements are for programs of this machine that ask for them at 127.0.0.1 or localhost.\n", http.RequestAborted);
    }
}
