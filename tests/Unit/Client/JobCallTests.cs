using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class JobCallTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dump_whose_answer_was_lost_is_asked_for_again()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnStartDump = request => ++calls < 3
            ? throw new RpcException(new Status(StatusCode.Unavailable, "cut"))
            : new StartDumpResponse { Job = Samples.Job(request), Shared = true };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());

        StartDumpResponse answer = await client.StartDumpAsync(new StartDumpRequest { Quick = true }, Cancellation);

        Assert.Equal((Samples.JobName, true, 3), (answer.Job.Name, answer.Shared, calls));
    }

    [Fact]
    public async Task A_wait_is_many_calls_by_the_full_name_over_an_agent_that_ends()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        Queue<Func<WaitJobResponse>> answers = new(
        [
            () => Answer(JobState.Running),
            () => throw FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING"),
            () => throw new RpcException(new Status(StatusCode.Unavailable, "cut")),
            () => Answer(JobState.WaitingForPhone),
            () => Answer(JobState.Succeeded),
        ]);
        agent.OnWaitJob = _ => answers.Dequeue()();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());

        Job job = await client.WaitJobAsync("2026", null, Cancellation);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(["2026", .. Enumerable.Repeat(Samples.JobName, 4)], agent.RequestsOf<WaitJobRequest>().Select(request => request.Name));
        Assert.All(agent.RequestsOf<WaitJobRequest>(), request => Assert.InRange(request.Limit.ToTimeSpan(), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public async Task A_wait_that_is_over_returns_the_job_as_it_is()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        agent.OnWaitJob = request =>
        {
            time.Advance(request.Limit.ToTimeSpan());
            return Answer(JobState.Running);
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, time);

        Job job = await client.WaitJobAsync(Samples.JobName, TimeSpan.FromSeconds(90), Cancellation);

        Assert.Equal(JobState.Running, job.State);
        Assert.Equal([60, 30], agent.RequestsOf<WaitJobRequest>().Select(request => request.Limit.Seconds));
    }

    [Fact]
    public async Task Changes_of_state_are_passed_on_once_over_a_break()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnWatchJob = async (_, answers, _) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = Samples.JobName } });
            await answers.WriteAsync(new WatchJobResponse { Job = Job(JobState.WaitingForPhone) });
            if (++calls == 1)
                throw FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING");
            await answers.WriteAsync(new WatchJobResponse { Job = Job(JobState.Running) });
            await answers.WriteAsync(new WatchJobResponse { Summary = new ReadSummary() });
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());

        List<JobState> states = [];
        await foreach (WatchJobResponse message in client.WatchJobAsync(new WatchJobRequest { Name = Samples.JobName }, null, Cancellation))
            if (message.Job is { } job)
                states.Add(job.State);

        Assert.Equal([JobState.WaitingForPhone, JobState.Running], states);
        Assert.Equal(2, calls);
    }

    [Theory]
    [InlineData(JobState.Failed, "DUMP_SOURCE_CHANGED", ErrorReason.DumpSourceChanged)]
    [InlineData(JobState.Cancelled, "", ErrorReason.JobCancelled)]
    public void A_job_that_failed_has_the_error_that_its_watch_ends_with(JobState state, string reason, ErrorReason expected) =>
        Assert.Equal(expected, new Job { State = state, ErrorReason = reason }.Failure?.Code);

    [Fact]
    public void A_job_that_did_not_fail_has_none() => Assert.Null(Job(JobState.Succeeded).Failure);

    private static Job Job(JobState state) => new() { Name = Samples.JobName, State = state, CreateTime = new Timestamp() };

    private static WaitJobResponse Answer(JobState state) => new() { Job = Job(state) };
}
