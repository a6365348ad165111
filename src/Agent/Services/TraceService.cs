using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.Client;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>What happened inside the agent of late. Whatever had ended when a call came is in its answer.</summary>
internal sealed class TraceService(TraceDesk traces, SupportBundle bundle, AgentFacts facts, Transfers transfers, TraceKeeper? keeper = null) : V1.TraceService.TraceServiceBase
{
    // Of the traces in a bundle, in characters.
    private const int TextWidth = 140;

    public override Task<ListTracesResponse> ListTraces(ListTracesRequest request, ServerCallContext context)
    {
        keeper?.Flush();
        TracePage page = traces.List(request.FailedOnly, request.Device, request.PageSize, request.PageToken);
        return Task.FromResult(new ListTracesResponse { Traces = { page.Traces.Select(t => t.ToProto()) }, NextPageToken = page.NextPage });
    }

    public override Task<GetTraceResponse> GetTrace(GetTraceRequest request, ServerCallContext context)
    {
        keeper?.Flush();
        return Task.FromResult(traces.Get(request.TraceId).ToProto());
    }

    public override async Task ExportFrames(ExportFramesRequest request, IServerStreamWriter<ExportFramesResponse> responseStream, ServerCallContext context)
    {
        keeper?.Flush();
        using Transfer transfer = transfers.Begin(context.Caller(), context.CancellationToken);
        ReadOnlyMemory<byte> file = traces.ExportFrames(request.TraceId, (long)Math.Min(request.Number, long.MaxValue), context.Caller());
        await transfer.SendAsync(file, (chunk, ct) => responseStream.WriteAsync(new ExportFramesResponse { Chunk = chunk }, ct));
    }

    public override async Task ExportSupportBundle(
        ExportSupportBundleRequest request, IServerStreamWriter<ExportSupportBundleResponse> responseStream, ServerCallContext context)
    {
        keeper?.Flush();
        using Transfer transfer = transfers.Begin(context.Caller(), context.CancellationToken);
        // In memory, where it has a bound: a file would stay behind on the disk when the agent is killed.
        using var file = new MemoryStream();
        bundle.Write(request.TraceIds, facts.Now(), trace => TraceText.Waterfall(trace.ToProto(), TextWidth), file, context.Caller());
        await transfer.SendAsync(
            file.GetBuffer().AsMemory(0, (int)file.Length), (chunk, ct) => responseStream.WriteAsync(new ExportSupportBundleResponse { Chunk = chunk }, ct));
    }
}
