using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Agent;
using ImeiAgent.Integration.Agent;
using ImeiAgent.Integration.Agent.Access;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>What an agent logged.</summary>
internal sealed record Logged(LogLevel Level, string Category, int Id, string Text, string Trace);

/// <summary>An agent inside the tests whose log is recorded, and calls to it under a trace of their own.</summary>
internal sealed class TellingAgent : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private readonly Recorder _recorder;

    private TellingAgent(TemporaryFolder folder, bool ownsFolder, Recorder recorder, AgentHost host)
    {
        (_folder, _ownsFolder, _recorder, Host) = (folder, ownsFolder, recorder, host);
        Channel = AgentUnderTest.Connect(host.Endpoint["unix:".Length..]);
    }

    public AgentHost Host { get; }

    public GrpcChannel Channel { get; }

    public IReadOnlyList<Logged> Log => [.. _recorder.Records];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Where its vault is.</summary>
    public string Data => _folder.File("data");

    public static Task<TellingAgent> StartAsync(string? port = null, int? metrics = null, Func<string, string?>? environment = null) =>
        StartAsync(null, port is null ? [] : [port], options => options with { Metrics = metrics, Environment = environment ?? options.Environment });

    /// <summary>Starts one.</summary>
    /// <param name="folder">Where it lives, as one before it may have; null for a folder of its own.</param>
    /// <param name="ports">What it watches.</param>
    /// <param name="change">What is different from the usual.</param>
    public static async Task<TellingAgent> StartAsync(TemporaryFolder? folder, string[] ports, Func<AgentOptions, AgentOptions>? change = null)
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "these tests listen on a Unix domain socket");
        TemporaryFolder home = folder ?? new TemporaryFolder();
        var recorder = new Recorder();
        var usual = new AgentOptions
        {
            Ports = ports.Length > 0 ? ports : [home.File("no-phone")],
            Discovery = false,
            DataDirectory = home.File("data"),
            Listen = [$"unix:{home.File("run/agent.sock")}"],
            MinimumLogLevel = LogLevel.Debug,
            Environment = _ => null,
            Logging = logging => logging.ClearProviders().AddProvider(recorder),
        };
        try
        {
            return new TellingAgent(home, folder is null, recorder, await AgentHost.StartAsync(change?.Invoke(usual) ?? usual, Ct));
        }
        catch
        {
            if (folder is null)
                home.Dispose();
            throw;
        }
    }

    /// <summary>The full name of its only phone, when that is ready.</summary>
    public async Task<string> PhoneAsync()
    {
        string name = "";
        await Eventually.HoldsAsync(async () =>
        {
            ListDevicesResponse list = await new DeviceService.DeviceServiceClient(Channel).ListDevicesAsync(new(), cancellationToken: Ct);
            name = list.Devices is [{ State: DeviceState.Ready } only] ? only.Name : "";
            return name.Length > 0;
        });
        return name;
    }

    /// <summary>A trace that it keeps.</summary>
    public async Task<GetTraceResponse> TraceAsync(string id) =>
        await new TraceService.TraceServiceClient(Channel).GetTraceAsync(new GetTraceRequest { TraceId = id }, cancellationToken: Ct);

    /// <summary>Makes calls under a trace of their own, and returns what they ended with ("" when well), and the trace.</summary>
    public static async Task<(string Reason, string Trace)> CallAsync(Func<CallOptions, Task> call)
    {
        string trace = ActivityTraceId.CreateRandom().ToHexString();
        return (await StationUnderTest.ReasonAsync(() => call(Under($"00-{trace}-00f067aa0ba902b7-01"))), trace);
    }

    public static CallOptions Under(string traceparent) => new(new Metadata { { "traceparent", traceparent } }, cancellationToken: Ct);

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await Host.DisposeAsync();
        if (_ownsFolder)
            _folder.Dispose();
    }

    private sealed class Recorder : ILoggerProvider
    {
        public ConcurrentQueue<Logged> Records { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Category(categoryName, Records);

        public void Dispose()
        {
        }

        private sealed class Category(string name, ConcurrentQueue<Logged> records) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                records.Enqueue(new Logged(logLevel, name, eventId.Id, formatter(state, exception), Activity.Current?.TraceId.ToHexString() ?? ""));
        }
    }
}
