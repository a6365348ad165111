using Grpc.Core;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Reads NV items.</summary>
internal sealed class NvService(ReadItem readItem, Dump dump, IHostApplicationLifetime lifetime) : V1.NvService.NvServiceBase
{
    public override async Task<ReadItemResponse> ReadItem(ReadItemRequest request, ServerCallContext context)
    {
        var (reading, name) = await readItem.RunAsync(request.Device, request.Item, request.Slot.OrFirst(), context.CancellationToken);
        return new ReadItemResponse { Item = reading.ToProto(), Name = name };
    }

    public override async Task ReadRange(ReadRangeRequest request, IServerStreamWriter<ReadRangeResponse> responseStream, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await foreach (DumpEvent told in dump.RunAsync(request.ToDomain(), ending.Token))
            await responseStream.WriteAsync(told.ToProto(), ending.Token);
    }
}
