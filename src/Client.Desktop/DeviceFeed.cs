using System.Diagnostics;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop;

/// <summary>What the window knows of the agent's devices.</summary>
/// <param name="Devices">As last told; stale while <paramref name="Fault"/> is set.</param>
/// <param name="Fault">Why nothing newer is known, in a sentence; null while the connection works.</param>
/// <param name="AsOf">When the agent was last heard of; null before all devices were told once.</param>
/// <param name="Trace">Trace id of the call that failed; null while the connection works.</param>
public sealed record DeviceView(IReadOnlyList<Device> Devices, string? Fault, DateTimeOffset? AsOf, string? Trace = null);

/// <summary>Watches the agent's devices, for all pages, and tells them when something changed. Tries again every second when the agent is lost.</summary>
public sealed partial class DeviceFeed(AgentClient client, TimeProvider time, ILogger<DeviceFeed> log) : BackgroundService
{
    /// <summary>Name of the source of the window's spans.</summary>
    public const string SourceName = "ImeiAgent.Desktop";

    private static readonly ActivitySource s_source = new(SourceName);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly DevicePicture _picture = new();

    /// <summary>The last view; replaced as a whole.</summary>
    public DeviceView View { get; private set; } = new([], null, null);

    /// <summary>Raised after <see cref="View"/> was replaced by one that differs, on any thread.</summary>
    public event Action? Changed;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            using (Activity? span = s_source.StartActivity("desktop.devices"))
            {
                try
                {
                    await WatchAsync(stoppingToken);
                    Lost("The agent ended the watch of its devices.", span);
                }
                catch (AgentException fault)
                {
                    span?.SetTag("error.type", fault.Reason).SetStatus(ActivityStatusCode.Error);
                    Lost(fault.Message, span);
                }
            }
            await Task.Delay(s_pause, time, stoppingToken);
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        _picture.Begin();
        await foreach (WatchDevicesResponse news in client.WatchDevicesAsync(cancellation))
        {
            _picture.Take(news);
            // What is told first is what was there: half of it would show phones that are gone, or none.
            if (!_picture.IsWhole)
                continue;
            if (View.Fault is not null)
                LogBack();
            Show(new DeviceView(_picture.Devices, null, time.GetUtcNow()));
        }
    }

    private void Lost(string fault, Activity? span)
    {
        if (View.Fault is null)
            LogLost(fault);
        Show(View with { Fault = fault, Trace = span?.TraceId.ToHexString() });
    }

    private void Show(DeviceView next)
    {
        bool same = next.Fault == View.Fault && next.AsOf.HasValue == View.AsOf.HasValue && next.Devices.SequenceEqual(View.Devices);
        View = next;
        if (!same)
            Changed?.Invoke();
    }

    [LoggerMessage(4001, LogLevel.Warning, "The agent is lost: {Fault}")]
    private partial void LogLost(string fault);

    [LoggerMessage(4002, LogLevel.Information, "The agent is back")]
    private partial void LogBack();
}
