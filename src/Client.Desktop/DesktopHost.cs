using System.Net;
using ImeiAgent.Client.Desktop.Access;
using ImeiAgent.Client.Desktop.Components;
using ImeiAgent.Client.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using MudBlazor.Services;

namespace ImeiAgent.Client.Desktop;

/// <summary>The pages, served to this machine's loopback interface only, on a port that the system picks.</summary>
public sealed class DesktopHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly AccessKeys _keys;
    private readonly ProgramTelemetry _telemetry;

    private DesktopHost(WebApplication app, Uri address, AccessKeys keys, ProgramTelemetry telemetry)
    {
        _app = app;
        _telemetry = telemetry;
        _keys = keys;
        Address = address;
        EntryUrl = new Uri(address, "/?key=" + keys.OneTimeKey);
    }

    /// <summary>Where the pages are, as in <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The address with the key that lets one browser in, once.</summary>
    public Uri EntryUrl { get; }

    /// <summary>Whether a browser came in with the key.</summary>
    public bool WasEntered => _keys.IsUsed;

    /// <summary>Starts serving.</summary>
    public static async Task<DesktopHost> StartAsync(AgentEndpoint agent, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ProgramTelemetry telemetry = ProgramTelemetry.Start("imei-desktop", DeviceFeed.SourceName, Environment.GetEnvironmentVariable);
        foreach (string problem in telemetry.Problems)
            await Console.Error.WriteLineAsync($"imei-desktop: {problem}");
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // The static files are found by this program's name and folder, whichever process it runs in.
            ApplicationName = typeof(DesktopHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Use(OwnConnections.Only)));
        builder.Logging.ClearProviders()
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // Its keys live in memory, whatever it warns of.
        telemetry.AddTo(builder.Logging);

        AccessKeys keys = new();
        builder.Services.AddSingleton(keys);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(_ => AgentClient.Connect(agent, time));
        builder.Services.AddSingleton<DeviceFeed>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeviceFeed>());
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddMudServices();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();

        WebApplication app = builder.Build();
        app.UseMiddleware<AccessGate>();
        app.UseAntiforgery();
        app.MapStaticAssets(Path.Combine(AppContext.BaseDirectory, builder.Environment.ApplicationName + ".staticwebassets.endpoints.json"));
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        await app.StartAsync(cancellation);

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new DesktopHost(app, new Uri(address), keys, telemetry);
    }

    /// <summary>Waits until the process is told to end.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <summary>Ends serving.</summary>
    public async ValueTask DisposeAsync()
    {
        // An open page would hold a graceful end back for half a minute.
        using CancellationTokenSource now = new(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        await _telemetry.DisposeAsync();
    }
}
