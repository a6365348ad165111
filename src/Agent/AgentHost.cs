using System.Net;
using System.Net.Sockets;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Services;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.Vault;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Console;

namespace ImeiAgent.Agent;

/// <summary>A running agent: puts the rooms together, listens, and takes all apart in order when it ends.</summary>
public sealed partial class AgentHost : IAsyncDisposable
{
    // A restore that is under way is waited for; it takes at most a few phone timeouts.
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly VaultFile _vault;
    private readonly TraceKeeper? _keeper;
    private readonly MetricsEndpoint? _metrics;
    private int _disposed;

    private AgentHost(WebApplication app, VaultFile vault, TraceKeeper? keeper, ListenEndpoint endpoint, MetricsEndpoint? metrics)
    {
        (_app, _vault, _keeper, _metrics) = (app, vault, keeper, metrics);
        (Endpoint, Remote) = (endpoint.ToString(), app.Services.GetRequiredService<RemoteEndpoints>().All);
    }

    /// <summary>Where clients find it, as in "unix:/run/user/1000/imeiagent/agent.sock".</summary>
    public string Endpoint { get; }

    /// <summary>Where clients of other machines find it, over TLS; empty when it listens on its own machine only.</summary>
    public IReadOnlyList<IPEndPoint> Remote { get; }

    /// <summary>Where Prometheus finds measurements; null when that was not asked for.</summary>
    public string? Metrics => _metrics?.Address;

    /// <summary>SHA-256 over its certificate authority's SubjectPublicKeyInfo, 64 hex digits: what clients pin.</summary>
    public string Fingerprint => _app.Services.GetRequiredService<Authority>().Fingerprint;

    /// <summary>Starts an agent inside another program, which keeps its own signals. Disposing the result ends it.</summary>
    /// <exception cref="AgentStartException">An option is wrong, or the vault or the endpoint cannot be used.</exception>
    public static Task<AgentHost> StartAsync(AgentOptions options, CancellationToken ct) => StartAsync(options, ownsProcess: false, ct);

    /// <summary>Completes when a signal, the service manager or the system asks the process to end.</summary>
    internal Task WaitForEndAsync(CancellationToken ct) => _app.WaitForShutdownAsync(ct);

    internal static async Task<AgentHost> StartAsync(AgentOptions options, bool ownsProcess, CancellationToken ct)
    {
        var settings = AgentSettings.Of(options);
        var vault = OpenVault(settings.DataDirectory, settings.Time);
        var owners = new TraceOwners(vault.Traces);
        TraceKeeper? keeper = settings.KeepTraces ? new TraceKeeper(vault.Traces, owners, settings.Time) : null;
        keeper?.Enter();
        try
        {
            settings.Listen.Claim();
            WebApplication app = Build(settings, vault, keeper, owners, options, ownsProcess);
            MetricsEndpoint? metrics = null;
            try
            {
                if (options.Metrics is { } port)
                    metrics = await MetricsEndpoint.StartAsync(port, app.Services, ct);
                await app.StartAsync(ct);
                app.Services.GetRequiredService<RemoteEndpoints>().All = RemoteOf(app);
            }
            catch (Exception e)
            {
                if (metrics is not null)
                    await metrics.DisposeAsync();
                await app.DisposeAsync();
                if (e is IOException or SocketException)
                    throw new AgentStartException(AgentStartException.CannotRun, $"The agent cannot listen on {string.Join(" and ", [settings.Listen, .. settings.Remote])}: {e.Message}", e);
                throw;
            }
            // From their making on the registry watches the ports, restores that had sent nothing are closed, and the jobs that were left open
            // go on.
            app.Services.GetRequiredService<PhoneRegistry>();
            app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<RestoreImei>().BeginDrain);
            app.Services.GetRequiredService<DumpJobs>();
            app.Services.GetRequiredService<Gauges>();
            return new AgentHost(app, vault, keeper, settings.Listen, metrics);
        }
        catch
        {
            if (keeper is not null)
                await keeper.DisposeAsync();
            vault.Dispose();
            throw;
        }
    }

    /// <summary>Ends: takes no calls any more, waits for restores under way, leaves dumps to the next agent, closes the ports, then the vault.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        using (var patience = new CancellationTokenSource(s_longestEnd))
            await _app.StopAsync(patience.Token);
        await _app.Services.GetRequiredService<RestoreImei>().DrainAsync();
        await _app.Services.GetRequiredService<DumpJobs>().DisposeAsync();
        if (_metrics is not null)
            await _metrics.DisposeAsync();
        await _app.DisposeAsync();
        if (_keeper is not null)
            await _keeper.DisposeAsync();
        _vault.Dispose();
    }

    private static VaultFile OpenVault(string directory, TimeProvider time)
    {
        try
        {
            return VaultFile.Open(directory, time);
        }
        catch (VaultUnavailableException e)
        {
            throw new AgentStartException(AgentStartException.CannotRun, $"{e.Message.TrimEnd('.')}.{(e.Fault == VaultFault.InUse ? " Several agents need a --data directory each." : "")}", e);
        }
    }

    // The ports as they are, also where any free one was asked for.
    private static IReadOnlyList<IPEndPoint> RemoteOf(WebApplication app) =>
    [
        .. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(a => a.StartsWith("https://", StringComparison.Ordinal))
            .Select(a => IPEndPoint.Parse(a["https://".Length..])),
    ];

    private static WebApplication Build(AgentSettings settings, VaultFile vault, TraceKeeper? keeper, TraceOwners owners, AgentOptions options, bool ownsProcess)
    {
        // Empty: no settings file, environment variable or argument adds a place to listen.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "imei-agent" });
        AddLogging(builder.Logging, options);
        IReadOnlyList<string> problems = builder.AddOpenTelemetry(options.Metrics is not null, options.Environment ?? Environment.GetEnvironmentVariable);
        AddServer(builder.WebHost, settings);
        AddRooms(builder.Services, settings, vault);
        builder.Services.AddTraces(settings, keeper, owners);
        AddServices(builder.Services);
        builder.Services.AddAccess(settings);
        AddLifetime(builder.Services, ownsProcess);

        WebApplication app = builder.Build();
        foreach (string problem in problems)
            LogProblem(app.Services.GetRequiredService<ILogger<AgentHost>>(), problem);
        app.UseTraces(keeper);
        app.UseSmallStrangers();
        app.MapGrpcService<AgentInfoService>();
        app.MapGrpcService<DeviceService>();
        app.MapGrpcService<NvService>();
        app.MapGrpcService<JobService>();
        app.MapGrpcService<LeaseService>();
        app.MapGrpcService<ImeiService>();
        app.MapGrpcService<JournalService>();
        app.MapGrpcService<ApprovalService>();
        app.MapGrpcService<SnapshotService>();
        app.MapGrpcService<AuditService>();
        app.MapGrpcService<TraceService>();
        app.MapGrpcService<WatchService>();
        app.MapGrpcService<PairingService>();
        app.MapGrpcService<ClientService>();
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
        return app;
    }

    private static void AddRooms(IServiceCollection services, AgentSettings settings, VaultFile vault)
    {
        services.AddSingleton(settings.Time);
        services.AddSingleton(vault);
        services.AddSingleton(new RegistryOptions
        {
            Ports = settings.Ports,
            Discover = settings.Discovery ? Ports.Discover : null,
            Open = Ports.OpenAsync,
            Session = settings.Session,
            Record = settings.KeepTraces,
        });
        services.AddSingleton<PhoneRegistry>();
        services.AddSingleton<Identify>();
        services.AddSingleton<ReadItem>();
        services.AddSingleton<DumpJobs>();
        services.AddSingleton<Gauges>();
        services.AddSingleton<Skips>();
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<Leases>();
        services.AddSingleton<LeaseDesk>();
        services.AddSingleton<RestoreImei>();
        services.AddSingleton<JournalDesk>();
        services.AddSingleton<ApprovalDesk>();
        services.AddSingleton<AuditDesk>();
        services.AddSingleton<LiveState>();
        services.AddSingleton<Backups>();
        services.AddSingleton<ImportBackup>();
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddGrpc(options =>
        {
            options.Interceptors.Add<CallTelemetry>();
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<AccessInterceptor>();
            options.MaxReceiveMessageSize = Limits.LargestMessage;
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks().AddCheck("agent", () => HealthCheckResult.Healthy());
    }

    private static void AddServer(IWebHostBuilder web, AgentSettings settings)
    {
        ListenEndpoint listen = settings.Listen;
        web.UseKestrelCore();
        web.ConfigureKestrel(kestrel =>
        {
            listen.Listen(kestrel);
            foreach (IPEndPoint address in settings.Remote)
                kestrel.ApplicationServices.GetRequiredService<TlsListener>().Listen(kestrel, address);
            kestrel.AddServerHeader = false;
            // A client that pauses to think must not be cut off.
            kestrel.Limits.MinResponseDataRate = null;
            // Those of other machines are counted apart, so that they leave room for its own.
            kestrel.Limits.MaxConcurrentConnections = 256 + kestrel.ApplicationServices.GetRequiredService<Limits>().Connections;
            kestrel.Limits.KeepAliveTimeout = settings.Limits.IdleConnection;
            // A peer that is gone without a word goes from the list of connections too.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        });
        if (listen.IsPipe && OperatingSystem.IsWindows())
            web.UseNamedPipes(options => options.CurrentUserOnly = true);
        else
            web.UseSockets(options => options.CreateBoundListenSocket = endpoint =>
                endpoint is UnixDomainSocketEndPoint ? ListenEndpoint.Bind(endpoint) : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint));
    }

    private static void AddLogging(ILoggingBuilder logging, AgentOptions options)
    {
        logging.SetMinimumLevel(options.MinimumLogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        logging.AddConsole().AddConsoleFormatter<LogLine, ConsoleFormatterOptions>();
        // Afterwards, since the systemd lifetime would choose a formatter that masks nothing.
        logging.Services.PostConfigure<ConsoleLoggerOptions>(console =>
        {
            console.FormatterName = LogLine.FormatterName;
            // Standard output has the one line that says where the agent listens.
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        options.Logging?.Invoke(logging);
    }

    private static void AddLifetime(IServiceCollection services, bool ownsProcess)
    {
        services.Configure<HostOptions>(options => options.ShutdownTimeout = s_longestEnd);
        if (ownsProcess)
        {
            services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
            services.AddSystemd();
            services.AddWindowsService(options => options.ServiceName = "ImeiAgent");
        }
        else
        {
            services.Replace(ServiceDescriptor.Singleton<IHostLifetime, GuestLifetime>());
        }
    }

    [LoggerMessage(1004, LogLevel.Warning, "Telemetry: {Problem}")]
    private static partial void LogProblem(ILogger log, string problem);
}
