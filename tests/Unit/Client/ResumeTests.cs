using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Client;

/// <summary>A watch or a read whose connection breaks, at every place and in every way, is as one that did not break.</summary>
public class ResumeTests
{
    private const uint Batches = 4;

    private readonly List<string> _notes = [];
    private int _arrived;

    public enum Break
    {
        Cut,
        Stopping,
        Unavailable,
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // 2 * 4 + 2 messages, and behind the last.
    public static TheoryData<Break, int> EveryPlace() => [.. Enum.GetValues<Break>().SelectMany(kind => Enumerable.Range(0, 11).Select(at => (kind, at)))];

    [Theory]
    [MemberData(nameof(EveryPlace))]
    public async Task A_read_that_breaks_anywhere_gives_the_header_and_each_batch_once(Break kind, int at)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, Batches);
        job.Before = (sent, context) => sent == at ? BreakAsync(kind, sent, context, job) : Task.CompletedTask;
        job.Serve();

        List<ReadRangeResponse> got = await ReadAsync(agent, new ReadRangeRequest());

        Assert.Single(got, message => message.Header is not null);
        Assert.Equal([1, 2, 3, 4], got.Where(message => message.Batch is not null).Select(message => message.Batch.Sequence));
        Assert.All(got.Where(message => message.Batch is not null), message => Assert.Equal(ScriptedJob.Item(message.Batch.Sequence), message.Batch.Items[0]));
        Assert.Equal(Batches, got[^1].Summary.Total);
        // Before the header the read is repeated; behind it the job is watched, from the batch after the last. Nothing follows the summary.
        Assert.Equal(at == 0 ? 2 : 1, agent.RequestsOf<ReadRangeRequest>().Count());
        ulong[] resumed = at is 0 or 10 ? [] : [(ulong)(at / 2) + 1];
        Assert.Equal(resumed, agent.RequestsOf<WatchJobRequest>().Select(request => request.FromSequence));
        Assert.Equal(resumed.Length == 0 ? [] : ["the connection to the agent was lost; resuming", "the agent is there again; nothing was lost"], _notes);
    }

    [Theory]
    [MemberData(nameof(EveryPlace))]
    public async Task A_watch_of_the_progress_alone_goes_on_where_the_disk_was(Break kind, int at)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, 9);
        job.Before = (sent, context) => sent == at ? BreakAsync(kind, sent, context, job) : Task.CompletedTask;
        job.Serve();

        List<WatchJobResponse> got = await WatchAsync(agent, new WatchJobRequest { Name = Samples.JobName, OmitItems = true });

        Assert.Equal(Enumerable.Range(1, 9), got.Where(message => message.Progress is not null).Select(message => (int)message.Progress.Done));
        ulong[] asked = at == 0 ? [1, 1] : [1, (ulong)at];
        Assert.Equal(asked, agent.RequestsOf<WatchJobRequest>().Select(request => request.FromSequence));
    }

    [Fact]
    public async Task A_break_at_every_message_of_one_stream_loses_and_repeats_nothing()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int turn = 0;
        ScriptedJob job = new(agent, 20);
        // A stream never gets further than its header and one batch.
        job.Before = (_, context) => ++turn % 3 == 0 ? BreakAsync(Break.Cut, 1 + (turn / 3), context, null) : Task.CompletedTask;
        job.Serve();

        List<ReadRangeResponse> got = await ReadAsync(agent, new ReadRangeRequest());

        Assert.Equal(Enumerable.Range(1, 20), got.Where(message => message.Batch is not null).Select(message => (int)message.Batch.Sequence));
        Assert.Single(got, message => message.Header is not null);
        Assert.Equal(Enumerable.Range(2, 20), agent.RequestsOf<WatchJobRequest>().Select(request => (int)request.FromSequence));
        Assert.Equal(_notes.Count / 2, _notes.Count(note => note.Contains("resuming", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Filters_are_kept_and_batches_that_they_leave_out_are_not_waited_for()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, 6) { IsEmpty = sequence => sequence is 2 or 3 };
        job.Before = (sent, context) => sent == 5 ? BreakAsync(Break.Cut, sent, context, job) : Task.CompletedTask;
        job.Serve();

        List<ReadRangeResponse> got = await ReadAsync(agent, new ReadRangeRequest { SkipAbsent = true });

        Assert.Equal([1, 4, 5, 6], got.Where(message => message.Batch is not null).Select(message => message.Batch.Sequence));
        WatchJobRequest request = Assert.Single(agent.RequestsOf<WatchJobRequest>());
        // Progress told of batch 6 on the disk, and yet only batch 1 had come.
        Assert.Equal((2ul, true, false), (request.FromSequence, request.SkipAbsent, request.OmitItems));
    }

    [Fact]
    public async Task A_watch_from_now_on_goes_on_from_where_it_was_and_by_the_full_name()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, 6);
        job.Before = (sent, context) => sent == 2 ? BreakAsync(Break.Cut, sent, context, job) : Task.CompletedTask;
        job.Serve();

        List<WatchJobResponse> got = await WatchAsync(agent, new WatchJobRequest { Name = "20261123", FromNow = true });

        Assert.Equal([6ul], got.Where(message => message.Batch is not null).Select(message => message.Batch.Sequence));
        Assert.Equal(
            [("20261123", true, 0ul), (Samples.JobName, false, 7ul)],
            agent.RequestsOf<WatchJobRequest>().Select(request => (request.Name, request.FromNow, request.FromSequence)));
    }

    [Fact]
    public async Task An_agent_that_is_killed_and_started_again_after_a_while_is_waited_for()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, Batches);
        TaskCompletionSource reached = new();
        bool killed = false;
        job.Before = async (sent, context) =>
        {
            if (sent != 5 || killed)
                return;
            killed = true;
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        job.Serve();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        Task<List<ReadRangeResponse>> read = ReadAsync(client, new ReadRangeRequest());
        await reached.Task.WaitAsync(Cancellation);
        await ArrivedAsync(5);
        await agent.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.2), Cancellation); // Several attempts: 0.1, 0.3, 0.7 s.
        Assert.False(read.IsCompleted);
        await agent.ListenAsync();

        List<ReadRangeResponse> got = await read;
        Assert.Equal([1, 2, 3, 4], got.Where(message => message.Batch is not null).Select(message => message.Batch.Sequence));
        Assert.Equal(2, _notes.Count);
    }

    [Fact]
    public async Task An_agent_that_stays_away_is_given_up_after_two_minutes_and_the_error_says_how_to_go_on()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, Batches);
        TaskCompletionSource reached = new();
        job.Before = async (sent, context) =>
        {
            if (sent != 5)
                return;
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        job.Serve();
        ImpatientTime time = new();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, time);

        Task<List<ReadRangeResponse>> read = ReadAsync(client, new ReadRangeRequest());
        await reached.Task.WaitAsync(Cancellation);
        await ArrivedAsync(5);
        await agent.StopAsync();

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => read);
        Assert.Equal(AgentException.ConnectionLost, fault.Reason);
        Assert.Contains("imei jobs watch 20261123-7c1d02", fault.Message, StringComparison.Ordinal);
        Assert.Equal((Samples.JobName, "3"), (fault.Metadata["job"], fault.Metadata["from_sequence"]));
        Assert.InRange(time.Skipped, TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(125));
        Assert.Equal(["the connection to the agent was lost; resuming"], _notes);
    }

    [Fact]
    public async Task A_job_that_is_not_found_after_the_break_is_an_error_at_once()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, Batches);
        job.Before = (sent, context) => sent == 3 ? BreakAsync(Break.Cut, sent, context, job) : Task.CompletedTask;
        job.Serve();
        agent.OnWatchJob = (_, _, _) => throw FakeAgent.Failure(StatusCode.NotFound, "JOB_NOT_FOUND");

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => ReadAsync(agent, new ReadRangeRequest()));

        Assert.Equal(ErrorReason.JobNotFound, fault.Code);
        Assert.Single(agent.RequestsOf<WatchJobRequest>());
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "DEVICE_DISCONNECTED")]
    [InlineData(StatusCode.Aborted, "JOB_CANCELLED")]
    [InlineData(StatusCode.FailedPrecondition, "DUMP_SOURCE_CHANGED")]
    public async Task What_a_job_failed_of_is_not_a_break(StatusCode code, string reason)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, Batches) { Before = (sent, _) => sent == 4 ? throw FakeAgent.Failure(code, reason) : Task.CompletedTask };
        job.Serve();

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => WatchAsync(agent, new WatchJobRequest { Name = Samples.JobName }));

        Assert.Equal(reason, fault.Reason);
        Assert.Single(agent.RequestsOf<WatchJobRequest>());
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task Cancelling_ends_the_pause_between_attempts_at_once()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, Batches);
        job.Before = (sent, context) => sent == 3 ? BreakAsync(Break.Cut, sent, context, null) : Task.CompletedTask;
        job.Serve();
        FakeTimeProvider frozen = new(TimeProvider.System.GetUtcNow()); // No pause would ever end by itself.
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, frozen);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        TaskCompletionSource lost = new();

        Task read = Task.Run(
            async () =>
            {
                await foreach (ReadRangeResponse _ in client.ReadRangeAsync(new ReadRangeRequest(), _ => lost.TrySetResult(), stop.Token))
                    Interlocked.Increment(ref _arrived);
            },
            Cancellation);
        await lost.Task.WaitAsync(Cancellation);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
    }

    [Fact]
    public async Task A_watch_where_nobody_listens_is_an_error_soon()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await agent.StopAsync();
        ImpatientTime time = new();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, time);

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => WatchAsync(client, new WatchJobRequest { Name = "x" }));

        Assert.Equal(AgentException.AgentUnreachable, fault.Reason);
        Assert.InRange(time.Skipped, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1));
        Assert.Empty(_notes);
    }

    // What was sent before the cut has arrived: only so does a test know from where it goes on.
    private async Task BreakAsync(Break kind, int sent, ServerCallContext context, ScriptedJob? once)
    {
        if (once is not null)
            once.Before = (_, _) => Task.CompletedTask;
        if (kind == Break.Stopping)
            throw FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING");
        if (kind == Break.Unavailable)
            throw new RpcException(new Status(StatusCode.Unavailable, "gone"));
        await ArrivedAsync(sent);
        FakeAgent.Cut(context);
        throw new RpcException(new Status(StatusCode.Unavailable, "cut"));
    }

    private Task ArrivedAsync(int messages) => Eventually.HoldsAsync(() => Volatile.Read(ref _arrived) >= messages);

    private async Task<List<ReadRangeResponse>> ReadAsync(FakeAgent agent, ReadRangeRequest request)
    {
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        return await ReadAsync(client, request);
    }

    private async Task<List<ReadRangeResponse>> ReadAsync(AgentClient client, ReadRangeRequest request)
    {
        List<ReadRangeResponse> got = [];
        await foreach (ReadRangeResponse message in client.ReadRangeAsync(request, _notes.Add, Cancellation))
        {
            got.Add(message);
            Interlocked.Increment(ref _arrived);
        }
        return got;
    }

    private async Task<List<WatchJobResponse>> WatchAsync(FakeAgent agent, WatchJobRequest request)
    {
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        return await WatchAsync(client, request);
    }

    private async Task<List<WatchJobResponse>> WatchAsync(AgentClient client, WatchJobRequest request)
    {
        List<WatchJobResponse> got = [];
        await foreach (WatchJobResponse message in client.WatchJobAsync(request, _notes.Add, Cancellation))
        {
            got.Add(message);
            Interlocked.Increment(ref _arrived);
        }
        return got;
    }
}
