using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>Clients that ask for something at a steady pace: three of five times for a device, else for the list, or for an NV item of a phone.</summary>
internal sealed class LoadCalls(IReadOnlyList<string> phones, TimeSpan pace)
{
    private readonly ConcurrentBag<double> _getDevice = [];
    private long _made;

    /// <summary>Calls that were answered.</summary>
    public long Made => Interlocked.Read(ref _made);

    /// <summary>What went wrong.</summary>
    public ConcurrentBag<string> Faults { get; } = [];

    /// <summary>How long so many of a hundred GetDevice calls took at most, in milliseconds.</summary>
    public double GetDevice(double percent)
    {
        double[] sorted = [.. _getDevice.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percent / 100))];
    }

    /// <summary>Calls until <paramref name="end"/>.</summary>
    public async Task RunAsync(GrpcChannel channel, int number, CancellationToken end)
    {
        var devices = new DeviceService.DeviceServiceClient(channel);
        var items = new NvService.NvServiceClient(channel);
        using var timer = new PeriodicTimer(pace);
        for (int turn = number; !end.IsCancellationRequested; turn++)
        {
            string phone = phones[turn % phones.Count];
            try
            {
                long began = Stopwatch.GetTimestamp();
                switch (turn % 5)
                {
                    case 0:
                        await devices.ListDevicesAsync(new ListDevicesRequest(), cancellationToken: CancellationToken.None);
                        break;
                    case 1:
                        await items.ReadItemAsync(new ReadItemRequest { Device = phone, Item = 10 }, cancellationToken: CancellationToken.None);
                        break;
                    default:
                        await devices.GetDeviceAsync(new GetDeviceRequest { Device = phone }, cancellationToken: CancellationToken.None);
                        _getDevice.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                        break;
                }
                Interlocked.Increment(ref _made);
                await timer.WaitForNextTickAsync(end);
            }
            catch (RpcException e)
            {
                Faults.Add($"call {turn % 5} of {phone}: {e.StatusCode}: {e.Status.Detail}");
            }
            catch (OperationCanceledException)
            {
                // It was to call until then.
            }
        }
    }
}
