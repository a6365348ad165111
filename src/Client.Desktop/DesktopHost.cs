using ImeiAgent.Client.Desktop.Access;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Backups;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.Client.Desktop.Receipts;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Client.Desktop.Window;
using ImeiAgent.Client.Telemetry;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using MudBlazor.Services;

namespace ImeiAgent.Client.Desktop;

/// <summary>The pages, served to this machine's loopback interface only, on a port that the system picks.</summary>
public sealed class DesktopHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly ProgramTelemetry _telemetry;

    private DesktopHost(WebApplication app, Entrance entrance, ProgramTelemetry telemetry)
    {
        _app = app;
        _telemetry = telemetry;
        Address = entrance.Address;
        EntryUrl = entrance.UrlOf("/");
        Pages = app.Services.GetRequiredService<OpenPages>();
    }

    /// <summary>Where the pages are, as in <c>http://127.83.12.201:40123/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The address with the key that lets one browser in, once.</summary>
    public Uri EntryUrl { get; }

    /// <summary>Which pages are open in browsers.</summary>
    public OpenPages Pages { get; }

    /// <summary>Whether the process was told to end.</summary>
    public bool IsStopping => _app.Lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Starts serving, at <paramref name="entrance"/> or at one of its own; it closes either.</summary>
    public static async Task<DesktopHost> StartAsync(DesktopOptions options, CancellationToken cancellation, Entrance? entrance = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        entrance ??= Entrance.Open();
        ProgramTelemetry telemetry = ProgramTelemetry.Start("imei-desktop", AgentLink.SourceName, Environment.GetEnvironmentVariable);
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
        entrance.Serve(builder.WebHost);
        builder.Logging.ClearProviders()
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // Its keys live in memory, whatever it warns of.
        telemetry.AddTo(builder.Logging);

        builder.Services.AddSingleton(entrance.Keys);
        builder.Services.AddSingleton<OpenPages>().AddScoped<CircuitHandler, PageConnection>();
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<AgentLinks>();
        builder.Services.AddSingleton<HeldLeases>();
        builder.Services.AddSingleton<RestoreCases>();
        builder.Services.AddSingleton<ReceiptSource>();
        builder.Services.AddSingleton<ReceiptDocument>();
        builder.Services.AddSingleton<PaperPrint>();
        builder.Services.AddSingleton<ItemShelf>();
        builder.Services.AddSingleton<JobWatches>();
        builder.Services.AddSingleton<ThemeChoice>();
        builder.Services.AddScoped<PhoneListChoice>(); // One a window.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddMudServices();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();

        WebApplication app = builder.Build();
        app.UseMiddleware<AccessGate>();
        // An address that leads nowhere, typed or of an old bookmark, is a page too.
        app.UseWhen(context => HttpMethods.IsGet(context.Request.Method), pages => pages.UseStatusCodePagesWithReExecute("/nothing-here"));
        app.UseRouting(); // Behind it: the other address is routed anew.
        app.UseAntiforgery();
        app.MapStaticAssets(Path.Combine(AppContext.BaseDirectory, builder.Environment.ApplicationName + ".staticwebassets.endpoints.json"));
        ReceiptDownloads.Map(app);
        SnapshotFiles.Map(app);
        app.MapOperationDownloads();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        await app.StartAsync(cancellation);
        app.Services.GetRequiredService<AgentLinks>().Find(options.First); // What the first window will show is asked for while it opens.
        return new DesktopHost(app, entrance, telemetry);
    }

    /// <summary>Waits until the process is told to end. What is served ends only after it: an open page would hold an end back that has something to tell.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellation)
    {
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration byHost = _app.Lifetime.ApplicationStopping.Register(() => told.TrySetResult());
        using CancellationTokenRegistration byCaller = cancellation.Register(() => told.TrySetResult());
        await told.Task;
    }

    /// <inheritdoc cref="RestoreCases.SeeThroughAsync"/>
    public Task SeeRestoresThroughAsync(TextWriter tell, CancellationToken cancellation) =>
        _app.Services.GetRequiredService<RestoreCases>().SeeThroughAsync(tell, cancellation);

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
