using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Reads NV items, and keeps the list of those that are not read.</summary>
internal sealed class NvService(ReadItem readItem, DumpJobs jobs, Skips skips, IHostApplicationLifetime lifetime) : V1.NvService.NvServiceBase
{
    public override async Task<ReadItemResponse> ReadItem(ReadItemRequest request, ServerCallContext context)
    {
        var (reading, name) = await readItem.RunAsync(request.Device, request.Item, request.Slot.OrFirst(), context.CancellationToken);
        return new ReadItemResponse { Item = reading.ToProto(request.RevealImei), Name = name };
    }

    public override async Task ReadRange(ReadRangeRequest request, IServerStreamWriter<ReadRangeResponse> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        var watch = new WatchRequest { SkipAbsent = request.SkipAbsent, OmitItems = request.OmitItems };
        await foreach (DumpEvent told in jobs.ReadAsync(request.ToDomain(context.Caller()), watch, life.Work))
        {
            // There is a job now, which tells of its end.
            CallTelemetry.LeaveToOperation(context);
            if (told.ToReadResponse() is { } response)
                await responseStream.WriteAsync(response, life.Writes);
        }
    }

    public override Task<ListCatalogueResponse> ListCatalogue(ListCatalogueRequest request, ServerCallContext context) =>
        Task.FromResult(ItemResponses.Catalogue);

    public override Task<ListSkipsResponse> ListSkips(ListSkipsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListSkipsResponse { Skips = { skips.List(request.Model).Select(s => s.ToProto()) } });

    public override Task<AddSkipResponse> AddSkip(AddSkipRequest request, ServerCallContext context) => Task.FromResult(new AddSkipResponse
    {
        Skip = skips.Add(request.Model, request.Slot.OrFirst(), request.Item, request.Reason, context.Caller().Name).ToProto(),
    });

    public override Task<RemoveSkipResponse> RemoveSkip(RemoveSkipRequest request, ServerCallContext context) =>
        Task.FromResult(new RemoveSkipResponse { Skip = skips.Remove(request.Model, request.Slot.OrFirst(), request.Item).ToProto() });
}
