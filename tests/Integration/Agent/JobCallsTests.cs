using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent;

/// <summary>Jobs and skips over a real socket.</summary>
public class JobCallsTests
{
    private static readonly StartDumpRequest Some = new() { Ranges = { new NvRange { First = 0, Last = 3000 } }, SaveSnapshot = true };

    private static CancellationToken Ct => AgentUnderTest.Ct;

    [Fact]
    public async Task A_job_is_started_shared_watched_listed_and_waited_for()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        HeldReply held = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);

        StartDumpResponse first = await agent.Jobs.StartDumpAsync(Some, cancellationToken: Ct);
        await held.Reached.WaitAsync(Eventually.Deadline, Ct);
        StartDumpResponse second = await agent.Jobs.StartDumpAsync(Some, cancellationToken: Ct);
        WaitJobResponse running = await agent.Jobs.WaitJobAsync(new() { Name = first.Job.Name, Limit = new Duration { Nanos = 1000 } }, cancellationToken: Ct);
        Task<List<WatchJobResponse>> watching = WatchAsync(agent, new() { Name = first.Job.Name });
        held.Release();
        List<WatchJobResponse> told = await watching;
        Job ended = (await agent.Jobs.WaitJobAsync(new() { Name = first.Job.Name }, cancellationToken: Ct)).Job;

        Assert.Equal((false, true, first.Job.Name), (first.Shared, second.Shared, second.Job.Name));
        Assert.Equal((JobState.Running, $"local:{Environment.UserName}"), (running.Job.State, running.Job.Operator));
        Assert.Equal(first.Job.Name, told[0].Header.Job);
        Assert.Equal(
            Enumerable.Range(0, 3001).Select(item => (uint)item),
            told.SelectMany(m => (IEnumerable<NvItem>?)m.Batch?.Items ?? []).Select(item => item.Item));
        Assert.Equal((JobState.Succeeded, told[^1].Summary.Sha256, 3001u), (ended.State, ended.Summary.Sha256, ended.Progress.Done));
        Assert.Equal(ended.LastSequence, told.Last(m => m.Batch is not null).Batch.Sequence);
        Assert.Equal(ended, Assert.Single((await agent.Jobs.ListJobsAsync(new() { Device = phone.Host.Path }, cancellationToken: Ct)).Jobs));
        Assert.Equal(ended, (await agent.Jobs.GetJobAsync(new() { Name = ended.Name["jobs/".Length..] }, cancellationToken: Ct)).Job);
        Assert.Equal(phone.Phone.Meid, ended.Identity.Meid);
    }

    [Fact]
    public async Task Who_lost_the_connection_gets_the_rest_and_who_comes_late_only_what_is_new()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        HeldReply held = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 2500);
        using AsyncServerStreamingCall<ReadRangeResponse> broken = agent.Nv.ReadRange(new() { Ranges = { new NvRange { First = 0, Last = 3000 } } }, cancellationToken: Ct);
        Assert.True(await broken.ResponseStream.MoveNext(Ct));
        string job = broken.ResponseStream.Current.Header.Job;
        await held.Reached.WaitAsync(Eventually.Deadline, Ct);
        await Eventually.HoldsAsync(async () => (await agent.Jobs.GetJobAsync(new() { Name = job }, cancellationToken: Ct)).Job.Progress.Done == 2500);

        broken.Dispose();
        Task<List<WatchJobResponse>> rest = WatchAsync(agent, new() { Name = job, FromSequence = 1 }), late = WatchAsync(agent, new() { Name = job, FromNow = true });
        await Eventually.HoldsAsync(() => rest.Status == TaskStatus.WaitingForActivation);
        await Task.Delay(100, Ct);
        held.Release();

        Assert.Equal(3001, (await rest).Sum(m => m.Batch?.Items.Count ?? 0));
        Assert.Equal(501, (await late).Sum(m => m.Batch?.Items.Count ?? 0));
        Assert.Equal((await rest)[^1].Summary, (await late)[^1].Summary);
    }

    [Fact]
    public async Task What_is_not_there_can_be_folded_and_says_the_same()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        string model = (await agent.Devices.IdentifyDeviceAsync(new(), cancellationToken: Ct)).Device.Identity.Model;
        int inTheMiddle = Enumerable.Range(100, 2900).First(number => Enumerable.Range(number - 1, 3).All(near => phone.Phone.Truth(1, near).IsAbsent));
        await agent.Nv.AddSkipAsync(new() { Model = model, Item = (uint)inTheMiddle, Reason = "ticket 4711" }, cancellationToken: Ct);
        // Numbers that follow each other, that do not, and that go back.
        var order = new StartDumpRequest { Slots = { 1, 2 }, Ranges = { new NvRange { First = 20, Last = 3000 }, new NvRange { First = 20_000, Last = 20_009 }, new NvRange { First = 0, Last = 19 } } };
        string job = (await agent.Jobs.StartDumpAsync(order, cancellationToken: Ct)).Job.Name;

        ReadBatch[] one = await BatchesAsync(new() { Name = job }), folded = await BatchesAsync(new() { Name = job, FoldAbsent = true });
        ReadBatch[] left = await BatchesAsync(new() { Name = job, FoldAbsent = true, SkipAbsent = true });

        Assert.Equal(2 * 3011, one.Sum(batch => batch.Items.Count));
        Assert.All(one, batch => Assert.All(batch.Items, item => Assert.Equal(0u, item.Further)));
        Assert.Equal(one.Select(batch => (batch.Sequence, Told(batch))), folded.Select(batch => (batch.Sequence, Told(batch))));
        Assert.All(folded.SelectMany(batch => batch.Items).Where(item => item.Further > 0), item => Assert.True(item is { Status: 5 or 6 or 8 } or { Outcome: NvOutcome.Refused }, $"{item}"));
        // No two that could be one are left.
        Assert.All(folded, batch => Assert.All(batch.Items.Zip(batch.Items.Skip(1)), pair => Assert.False(
            pair.Second is { Outcome: NvOutcome.Answered, Status: not 0 } or { Outcome: NvOutcome.Refused }
            && pair.First.Item + pair.First.Further + 1 == pair.Second.Item && Answer(pair.First) == Answer(pair.Second), $"{pair}")));
        Assert.All(left.SelectMany(batch => batch.Items), item => Assert.True(item is { Further: 0 } and ({ Outcome: NvOutcome.Answered, Status: 0 } or { Outcome: NvOutcome.Skipped }), $"{item}"));

        async Task<ReadBatch[]> BatchesAsync(WatchJobRequest request) => [.. (await WatchAsync(agent, request)).Where(message => message.Batch is not null).Select(message => message.Batch)];
        static string Told(ReadBatch batch) => string.Join('\n', batch.Items.SelectMany(item =>
            Enumerable.Range(0, (int)item.Further + 1).Select(next => new NvItem(item) { Item = item.Item + (uint)next, Further = 0 }.ToString())));
        static (NvOutcome, uint, uint, uint) Answer(NvItem item) => (item.Outcome, item.Slot, item.Status, item.Refusal);
    }

    [Fact]
    public async Task A_cancelled_job_ends_its_watchers_with_the_reason()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        HeldReply held = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Job job = (await agent.Jobs.StartDumpAsync(Some, cancellationToken: Ct)).Job;
        Task<List<WatchJobResponse>> watching = WatchAsync(agent, new() { Name = job.Name });
        await held.Reached.WaitAsync(Eventually.Deadline, Ct);

        Job cancelled = (await agent.Jobs.CancelJobAsync(new() { Name = job.Name }, cancellationToken: Ct)).Job;

        var failure = await Assert.ThrowsAsync<RpcException>(() => watching);
        Assert.Equal((JobState.Cancelled, "JOB_CANCELLED"), (cancelled.State, cancelled.ErrorReason));
        Assert.Equal((StatusCode.Aborted, "JOB_CANCELLED"), (failure.StatusCode, failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
    }

    [Fact]
    public async Task Skips_are_added_listed_obeyed_and_removed()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        string model = (await agent.Devices.IdentifyDeviceAsync(new(), cancellationToken: Ct)).Device.Identity.Model;

        Skip added = (await agent.Nv.AddSkipAsync(new() { Model = model, Item = 550, Reason = "ticket 4711" }, cancellationToken: Ct)).Skip;
        Skip again = (await agent.Nv.AddSkipAsync(new() { Model = model, Item = 550, Reason = "another" }, cancellationToken: Ct)).Skip;
        var items = new List<NvItem>();
        ReadSummary? summary = null;
        using (AsyncServerStreamingCall<ReadRangeResponse> call = agent.Nv.ReadRange(new() { Ranges = { new NvRange { First = 549, Last = 551 } } }, cancellationToken: Ct))
        {
            await foreach (ReadRangeResponse told in call.ResponseStream.ReadAllAsync(Ct))
            {
                items.AddRange((IEnumerable<NvItem>?)told.Batch?.Items ?? []);
                summary = told.Summary ?? summary;
            }
        }
        ListSkipsResponse listed = await agent.Nv.ListSkipsAsync(new() { Model = model }, cancellationToken: Ct);
        await agent.Nv.RemoveSkipAsync(new() { Model = model, Item = 550 }, cancellationToken: Ct);

        Assert.Equal((model, 1u, 550u, "ticket 4711", $"local:{Environment.UserName}"), (added.Model, added.Slot, added.Item, added.Reason, added.Operator));
        Assert.Equal(added, again);
        Assert.Equal([added], listed.Skips);
        Assert.Equal([NvOutcome.Answered, NvOutcome.Skipped, NvOutcome.Answered], items.Select(item => item.Outcome));
        Assert.Equal((1u, 0u), (summary!.Skipped, summary.Failed));
        Assert.Empty((await agent.Nv.ListSkipsAsync(new(), cancellationToken: Ct)).Skips);
    }

    [Fact]
    public async Task Every_error_carries_its_reason()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);

        await AssertFailsAsync(StatusCode.NotFound, "JOB_NOT_FOUND", () => agent.Jobs.GetJobAsync(new() { Name = "jobs/none" }));
        await AssertFailsAsync(StatusCode.NotFound, "JOB_NOT_FOUND", () => agent.Jobs.CancelJobAsync(new() { Name = "none" }));
        await AssertFailsAsync(StatusCode.InvalidArgument, "ARGUMENT_INVALID", () => agent.Jobs.ListJobsAsync(new() { PageToken = "none" }));
        await AssertFailsAsync(StatusCode.InvalidArgument, "ARGUMENT_INVALID", () => agent.Jobs.StartDumpAsync(new()));
        await AssertFailsAsync(StatusCode.NotFound, "SKIP_NOT_FOUND", () => agent.Nv.RemoveSkipAsync(new() { Model = "X", Item = 1 }));
        await AssertFailsAsync(StatusCode.InvalidArgument, "ARGUMENT_INVALID", () => agent.Nv.AddSkipAsync(new() { Item = 1 }));
        await AssertFailsAsync(
            StatusCode.InvalidArgument, "ARGUMENT_INVALID", () => agent.Jobs.WaitJobAsync(new() { Name = "x", Limit = new Duration { Seconds = 3600 } }));
    }

    private static async Task<List<WatchJobResponse>> WatchAsync(AgentUnderTest agent, WatchJobRequest request)
    {
        using AsyncServerStreamingCall<WatchJobResponse> call = agent.Jobs.WatchJob(request, cancellationToken: Ct);
        return await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);
    }

    private static async Task AssertFailsAsync<T>(StatusCode code, string reason, Func<AsyncUnaryCall<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((code, reason), (failure.StatusCode, failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
    }
}
