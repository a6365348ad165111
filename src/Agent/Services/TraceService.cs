using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>What happened inside the agent of late. Whatever had ended when a call came is in its answer.</summary>
internal sealed class TraceService(TraceDesk traces, SupportBundle bundle, AgentFacts facts, TraceKeeper? keeper = null) : V1.TraceService.TraceServiceBase
{
    private const int ExportChunk = 64 * 1024;

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
        ReadOnlyMemory<byte> file = traces.ExportFrames(request.TraceId, (long)Math.Min(request.Number, long.MaxValue), context.Caller());
        foreach (ByteString chunk in Chunks(file))
            await responseStream.WriteAsync(new ExportFramesResponse { Chunk = chunk }, context.CancellationToken);
    }

    public override async Task ExportSupportBundle(
        ExportSupportBundleRequest request, IServerStreamWriter<ExportSupportBundleResponse> responseStream, ServerCallContext context)
    {
        keeper?.Flush();
        // In memory, where it has a bound: a file would stay behind on the disk when the agent is killed.
        using var file = new MemoryStream();
        bundle.Write(request.TraceIds, facts.Now(), trace => trace.ToProto().ToText(), file, context.Caller());
        foreach (ByteString chunk in Chunks(file.GetBuffer().AsMemory(0, (int)file.Length)))
            await responseStream.WriteAsync(new ExportSupportBundleResponse { Chunk = chunk }, context.CancellationToken);
    }

    private static IEnumerable<ByteString> Chunks(ReadOnlyMemory<byte> file)
    {
        for (; !file.IsEmpty; file = file[Math.Min(ExportChunk, file.Length)..])
            yield return UnsafeByteOperations.UnsafeWrap(file[..Math.Min(ExportChunk, file.Length)]);
    }
}
