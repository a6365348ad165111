using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Dumps that live in the agent.</summary>
internal sealed class JobService(DumpJobs jobs, IHostApplicationLifetime lifetime) : V1.JobService.JobServiceBase
{
    private static readonly TimeSpan s_defaultWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(10);

    public override async Task<StartDumpResponse> StartDump(StartDumpRequest request, ServerCallContext context)
    {
        (JobView job, bool shared) = await jobs.StartAsync(request.ToDomain(context.Caller()), context.CancellationToken);
        return new StartDumpResponse { Job = job.ToProto(), Shared = shared };
    }

    public override Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) =>
        Task.FromResult(new GetJobResponse { Job = jobs.Get(request.Name).ToProto() });

    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        JobPage page = jobs.List(request.Device, request.PageSize, request.PageToken);
        return Task.FromResult(new ListJobsResponse { Jobs = { page.Jobs.Select(j => j.ToProto()) }, NextPageToken = page.NextPageToken });
    }

    public override async Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context) =>
        new() { Job = (await jobs.CancelAsync(request.Name, context.Caller(), request.UnlessShared, context.CancellationToken)).ToProto() };

    public override async Task<WaitJobResponse> WaitJob(WaitJobRequest request, ServerCallContext context)
    {
        TimeSpan limit = request.Limit?.OrInvalid("limit") ?? s_defaultWait;
        if (limit < TimeSpan.Zero || limit > s_longestWait)
            throw Requests.Invalid("limit", "0 to 10 min is expected.");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        return new WaitJobResponse { Job = (await jobs.WaitAsync(request.Name, limit, ending.Token)).ToProto() };
    }

    public override async Task WatchJob(WatchJobRequest request, IServerStreamWriter<WatchJobResponse> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        await foreach (DumpEvent told in jobs.WatchAsync(request.Name, request.ToDomain(), life.Work))
            await responseStream.WriteAsync(told.ToWatchResponse(), life.Writes);
    }
}
