using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>A client that watches all devices from a connection of its own, and checks what it is told.</summary>
internal sealed class LoadWatcher(GrpcChannel channel)
{
    // A heartbeat comes when nothing changed for 10 s.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, Device> _devices = [];

    /// <summary>Messages so far.</summary>
    public long Messages { get; private set; }

    /// <summary>Whether everything that was there at the beginning has been told.</summary>
    public bool IsPastBarrier { get; private set; }

    /// <summary>What was wrong; null when nothing was.</summary>
    public string? Fault { get; private set; }

    /// <summary>Watches until <paramref name="end"/>.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        try
        {
            using var call = new WatchService.WatchServiceClient(channel).WatchDevices(new WatchDevicesRequest(), cancellationToken: end);
            ulong revision = 0;
            long last = Stopwatch.GetTimestamp();
            while (await call.ResponseStream.MoveNext(end))
            {
                WatchDevicesResponse message = call.ResponseStream.Current;
                if (Stopwatch.GetElapsedTime(last) > s_longestSilence)
                    Fault ??= $"it was told nothing for {Stopwatch.GetElapsedTime(last).TotalSeconds:0} s";
                if (message.Revision < revision)
                    Fault ??= $"revision {message.Revision} came after {revision}";
                (revision, last) = (message.Revision, Stopwatch.GetTimestamp());
                Messages++;
                Take(message);
            }
            Fault ??= "the agent ended the stream";
        }
        catch (Exception e) when (end.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // It was to watch until then.
        }
        catch (RpcException e)
        {
            Fault ??= $"{e.StatusCode}: {e.Status.Detail}";
        }
    }

    /// <summary>How its picture of the devices differs from <paramref name="truth"/>; null when it does not.</summary>
    public string? DifferenceTo(IEnumerable<Device> truth)
    {
        string[] want = Lines(truth), have;
        lock (_devices)
            have = Lines(_devices.Values);
        return want.SequenceEqual(have) ? null : $"it believes {string.Join(", ", have)} and the agent says {string.Join(", ", want)}";
    }

    private static string[] Lines(IEnumerable<Device> devices) => [.. devices.Select(device => $"{device.Name} {device.Port} {device.State}").Order(StringComparer.Ordinal)];

    private void Take(WatchDevicesResponse message)
    {
        lock (_devices)
        {
            switch (message.EventCase)
            {
                case WatchDevicesResponse.EventOneofCase.Device:
                    _devices[message.Device.Port] = message.Device;
                    break;
                case WatchDevicesResponse.EventOneofCase.Removed:
                    _devices.Remove(message.Removed.Port);
                    break;
                case WatchDevicesResponse.EventOneofCase.Barrier:
                    IsPastBarrier = true;
                    break;
            }
        }
    }
}
