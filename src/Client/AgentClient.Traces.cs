using ImeiAgent.V1;

namespace ImeiAgent.Client;

// What happened inside the agent, call by call.
public sealed partial class AgentClient
{
    private TraceService.TraceServiceClient TraceCalls => field ??= new(_calls);

    /// <summary>Lists one page of the traces that the agent keeps, newest first.</summary>
    public Task<ListTracesResponse> ListTracesAsync(ListTracesRequest request, CancellationToken cancellation) =>
        CallAsync(options => TraceCalls.ListTracesAsync(request, options), Quick, cancellation);

    /// <summary>Returns one trace with its spans and recordings.</summary>
    public Task<GetTraceResponse> GetTraceAsync(GetTraceRequest request, CancellationToken cancellation) =>
        CallAsync(options => TraceCalls.GetTraceAsync(request, options), Quick, cancellation);

    /// <summary>Streams a recording as a pcapng file. It is audited, so a connection that breaks ends it.</summary>
    public IAsyncEnumerable<ExportFramesResponse> ExportFramesAsync(ExportFramesRequest request, CancellationToken cancellation) =>
        StreamAsync(options => TraceCalls.ExportFrames(request, options), null, Silence, cancellation);

    /// <summary>Streams a zip for whoever was not there. It is audited, so a connection that breaks ends it.</summary>
    public IAsyncEnumerable<ExportSupportBundleResponse> ExportSupportBundleAsync(ExportSupportBundleRequest request, CancellationToken cancellation) =>
        StreamAsync(options => TraceCalls.ExportSupportBundle(request, options), null, Silence, cancellation);
}
