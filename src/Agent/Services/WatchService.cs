using Grpc.Core;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>What changes by itself, as it changes.</summary>
internal sealed class WatchService(LiveState live, IHostApplicationLifetime lifetime) : V1.WatchService.WatchServiceBase
{
    public override async Task WatchDevices(WatchDevicesRequest request, IServerStreamWriter<WatchDevicesResponse> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        await foreach (LiveEvent told in live.WatchAsync(life.Work))
            await responseStream.WriteAsync(told.ToProto(), life.Writes);
    }
}
