using System.Diagnostics;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop;

/// <summary>What the window knows of the agent's devices.</summary>
/// <param name="Devices">As last told; stale while <paramref name="Fault"/> is set.</param>
/// <param name="Fault">Why nothing newer is known, in a sentence; null while the connection works.</param>
/// <param name="AsOf">When <paramref name="Devices"/> was told; null before the first answer.</param>
/// <param name="Trace">Trace id of the call that failed; null while the connection works.</param>
public sealed record DeviceView(IReadOnlyList<Device> Devices, string? Fault, DateTimeOffset? AsOf, string? Trace = null);

/// <summary>Asks the agent for its devices every second, for all pages, and tells them when something changed.</summary>
public sealed partial class DeviceFeed(AgentClient client, TimeProvider time, ILogger<DeviceFeed> log) : BackgroundService
{
    /// <summary>Name of the source of the window's spans.</summary>
    public const string SourceName = "ImeiAgent.Desktop";

    private static readonly ActivitySource s_source = new(SourceName);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The last view; replaced as a whole.</summary>
    public DeviceView View { get; private set; } = new([], null, null);

    /// <summary>Raised after <see cref="View"/> was replaced, on any thread.</summary>
    public event Action? Changed;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        do
        {
            DeviceView next = await AskAsync(stoppingToken);
            bool same = next.Fault == View.Fault && next.AsOf.HasValue == View.AsOf.HasValue && next.Devices.SequenceEqual(View.Devices);
            if (next.Fault is { } fault && View.Fault is null)
                LogLost(fault);
            else if (next.Fault is null && View.Fault is not null)
                LogBack();
            View = next;
            if (!same)
                Changed?.Invoke();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<DeviceView> AskAsync(CancellationToken cancellation)
    {
        using Activity? span = s_source.StartActivity("desktop.devices");
        try
        {
            ListDevicesResponse answer = await client.ListDevicesAsync(cancellation);
            return new DeviceView([.. answer.Devices], null, time.GetUtcNow());
        }
        catch (AgentException fault)
        {
            span?.SetTag("error.type", fault.Reason).SetStatus(ActivityStatusCode.Error);
            return View with { Fault = fault.Message, Trace = span?.TraceId.ToHexString() };
        }
    }

    [LoggerMessage(4001, LogLevel.Warning, "The agent is lost: {Fault}")]
    private partial void LogLost(string fault);

    [LoggerMessage(4002, LogLevel.Information, "The agent is back")]
    private partial void LogBack();
}
