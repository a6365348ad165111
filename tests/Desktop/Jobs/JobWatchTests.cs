using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Desktop.Jobs;

// One watch of a job for all windows of the program, over whatever happens to the connection.
public sealed class JobWatchTests : IAsyncLifetime
{
    private const uint Batches = 40;

    // Each once, in the order they came.
    private static readonly int[] s_all = [.. Enumerable.Range(1, 40)];

    private readonly FakeTimeProvider _time = new();
    private FakeAgent _agent = null!;
    private ScriptedJob _job = null!;
    private AgentLink _link = null!;
    private JobWatches _watches = null!;
    private Job _now = Samples.Job(new StartDumpRequest());

    public async ValueTask InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _job = new ScriptedJob(_agent, Batches);
        _job.Serve();
        _agent.OnGetJob = _ => new GetJobResponse { Job = _now };
        _link = AgentLink.Start("local", _agent.Endpoint, TimeProvider.System, NullLogger.Instance);
        _watches = new JobWatches(_time);
    }

    public async ValueTask DisposeAsync()
    {
        await _watches.DisposeAsync();
        await _link.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task However_many_look_there_is_one_watch_and_it_holds_everything()
    {
        _now.State = JobState.Succeeded;
        using JobLook one = Look(), other = _watches.Look(_link, "jobs/20261123");
        await IsWholeAsync(one);

        Assert.Same(one.Watch, other.Watch);
        Assert.Single(_agent.RequestsOf<WatchJobRequest>());
        Assert.Equal((int)Batches, one.Watch.Cells(1).Counts[(int)CellState.Active]);
        Assert.Equal(s_all, one.Watch.Sheet.Items.ToArray().Select(item => (int)item.Item));
        Assert.Equal(65536, one.Watch.Cells(2).Counts[(int)CellState.NotRead]);
        Assert.Equal(JobState.Succeeded, one.Watch.Sight.Job!.State);
    }

    [Fact]
    public async Task Neighbours_that_are_not_there_come_as_one_and_are_an_item_each()
    {
        _now.State = JobState.Succeeded;
        ReadBatch folded = new()
        {
            Sequence = 1,
            Items =
            {
                new NvItem { Item = 65529, Slot = 2, Outcome = NvOutcome.Answered, Status = 5, Further = 3 }, ScriptedJob.Item(7),
                new NvItem { Item = 8, Slot = 1, Outcome = NvOutcome.Refused, Refusal = 0x14, Further = 1 },
                new NvItem { Item = 65533, Slot = 2, Outcome = NvOutcome.Answered, Status = 6, Further = 4000 },
            },
        };
        _agent.OnWatchJob = async (_, answers, _) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Batch = folded });
            await answers.WriteAsync(new WatchJobResponse { Summary = new ReadSummary { Total = 10 } });
        };
        using JobLook look = Look();
        await IsWholeAsync(look);

        Assert.True(Assert.Single(_agent.RequestsOf<WatchJobRequest>()).FoldAbsent);
        Assert.Equal(
            [
                (2, 65529, "not active"), (2, 65530, "not active"), (2, 65531, "not active"), (2, 65532, "not active"), (1, 7, "active, with data"),
                (1, 8, "refused: BAD_PARM"), (1, 9, "refused: BAD_PARM"), (2, 65533, "bad parameter"), (2, 65534, "bad parameter"), (2, 65535, "bad parameter"),
            ],
            look.Watch.Sheet.Items.ToArray().Select(item => ((int)item.Slot, (int)item.Item, look.Watch.Cells(item.Slot).At((int)item.Item).Text)));
        Assert.All(look.Watch.Sheet.Items.ToArray(), item => Assert.Equal(0u, item.Further));
        Assert.Equal((65536 - 3, 65536 - 7), (look.Watch.Cells(1).Counts[(int)CellState.NotRead], look.Watch.Cells(2).Counts[(int)CellState.NotRead]));
    }

    [Fact]
    public async Task What_claims_to_stand_for_more_than_there_is_takes_no_more_room_than_both_SIMs_and_hides_no_data()
    {
        _now.State = JobState.Succeeded;
        ReadBatch endless = new() { Sequence = 1, Items = { new NvItem(ScriptedJob.Item(7)) { Further = 3 } } };
        for (int times = 0; times < 10; times++)
            endless.Items.Add(new NvItem { Item = 8, Slot = 1, Outcome = NvOutcome.Answered, Status = 5, Further = uint.MaxValue });
        _agent.OnWatchJob = async (_, answers, _) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Batch = endless });
            await answers.WriteAsync(new WatchJobResponse { Summary = new ReadSummary { Total = 10 } });
        };
        using JobLook look = Look();
        await IsWholeAsync(look);

        Assert.Equal(131_072, look.Watch.Sheet.Items.Length);
        Assert.Equal(ScriptedJob.Item(7).Data, look.Watch.Sheet.Items.Span[0].Data);
        Assert.Equal(("active, with data", "not active", "not active"), (look.Watch.Cells(1).At(7).Text, look.Watch.Cells(1).At(8).Text, look.Watch.Cells(1).At(65535).Text));
    }

    [Fact]
    public async Task A_watch_outlives_a_reload_and_ends_when_nobody_came_back()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _job.Before = async (sent, context) =>
        {
            if (sent < 10)
                return;
            context.CancellationToken.Register(() => ended.TrySetResult());
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        JobLook first = Look();
        await Eventually.HoldsAsync(() => first.Watch.Cells(1).Counts[(int)CellState.Active] > 3);
        first.Dispose();
        first.Dispose();
        _time.Advance(JobWatches.Patience - TimeSpan.FromSeconds(1));

        JobLook again = Look();
        Assert.Same(first.Watch, again.Watch);
        _time.Advance(2 * JobWatches.Patience);
        Assert.Equal(1, _watches.Count);

        again.Dispose();
        _time.Advance(JobWatches.Patience);
        await ended.Task.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(0, _watches.Count);
        using JobLook later = Look();
        Assert.NotSame(first.Watch, later.Watch);
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_the_watch_goes_on_behind_the_last_batch()
    {
        _job.Before = async (sent, context) =>
        {
            if (sent == 20)
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        using JobLook look = Look();
        await Eventually.HoldsAsync(() => look.Watch.Cells(1).Counts[(int)CellState.Active] > 8);

        await _agent.StopAsync();
        await Eventually.HoldsAsync(() => look.Watch.Sight.IsLost);
        _job.Before = (_, _) => Task.CompletedTask;
        _now.State = JobState.Succeeded;
        await _agent.ListenAsync();
        await IsWholeAsync(look);

        Assert.Equal((false, null), (look.Watch.Sight.IsLost, look.Watch.Sight.Fault));
        Assert.Equal((int)Batches, look.Watch.Cells(1).Counts[(int)CellState.Active]);
        Assert.Equal(s_all, look.Watch.Sheet.Items.ToArray().Select(item => (int)item.Item));
        Assert.True(_agent.RequestsOf<WatchJobRequest>().Last().FromSequence > 8);
    }

    [Fact]
    public async Task An_agent_that_is_not_there_yet_is_waited_for()
    {
        await _agent.StopAsync();
        using JobLook look = Look();
        await Eventually.HoldsAsync(() => look.Watch.Sight.IsLost);
        Assert.Equal(AgentException.AgentUnreachable, look.Watch.Sight.Fault!.Why.Reason);

        _now.State = JobState.Succeeded;
        await _agent.ListenAsync();
        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1)); // Its pause.
            return look.Watch.Sight is { IsWhole: true, IsLost: false, Fault: null };
        });
    }

    [Fact]
    public async Task A_job_that_failed_is_shown_as_such_and_is_no_fault_of_the_watch()
    {
        _now.State = JobState.Failed;
        (_now.ErrorReason, _now.ErrorMessage) = ("DEVICE_DISCONNECTED", "The phone went away.");
        _job.Before = (sent, _) => sent < 20 ? Task.CompletedTask : throw FakeAgent.Failure(StatusCode.Unavailable, "DEVICE_DISCONNECTED");
        using JobLook look = Look();
        await IsWholeAsync(look);

        Assert.Equal((JobState.Failed, null), (look.Watch.Sight.Job!.State, look.Watch.Sight.Fault));
        Assert.InRange(look.Watch.Cells(1).Counts[(int)CellState.Active], 5, (int)Batches - 1);
    }

    [Fact]
    public async Task A_job_that_is_cancelled_under_the_watch_is_shown_so_with_what_it_had_read()
    {
        _job.Before = (sent, _) =>
        {
            if (sent < 20)
                return Task.CompletedTask;
            _now = Samples.Job(new StartDumpRequest());
            _now.State = JobState.Cancelled;
            throw FakeAgent.Failure(StatusCode.Aborted, "JOB_CANCELLED");
        };
        using JobLook look = Look();
        await IsWholeAsync(look);

        Assert.Equal((JobState.Cancelled, false, null), (look.Watch.Sight.Job!.State, look.Watch.Sight.IsLost, look.Watch.Sight.Fault));
        int read = look.Watch.Sheet.Items.Length;
        Assert.InRange(read, 5, (int)Batches - 1);
        Assert.Equal(read, look.Watch.Cells(1).Counts[(int)CellState.Active]);
        // The watch is not begun anew.
        Assert.Single(_agent.RequestsOf<WatchJobRequest>());
    }

    [Fact]
    public async Task A_watch_that_is_refused_on_the_way_is_not_shown_as_whole_and_whoever_looks_anew_asks_anew()
    {
        _now.State = JobState.Succeeded;
        _job.Before = (sent, _) => sent < 20 ? Task.CompletedTask : throw FakeAgent.Failure(StatusCode.PermissionDenied, "ROLE_INSUFFICIENT");
        using JobLook refused = Look();
        await Eventually.HoldsAsync(() => refused.Watch.Sight.Fault is not null);
        Assert.Equal(("ROLE_INSUFFICIENT", false), (refused.Watch.Sight.Fault!.Why.Reason, refused.Watch.Sight.IsWhole));

        _job.Before = (_, _) => Task.CompletedTask;
        using JobLook anew = Look();
        await IsWholeAsync(anew);
        Assert.NotSame(refused.Watch, anew.Watch);
        Assert.Equal((int)Batches, anew.Watch.Sheet.Items.Length);
        Assert.False(refused.Watch.Sight.IsWhole);
    }

    [Theory]
    [InlineData("JOB_NOT_FOUND", StatusCode.NotFound, true)]
    [InlineData("JOB_BATCHES_GONE", StatusCode.OutOfRange, false)]
    public async Task A_refusal_ends_the_watch_with_its_reason(string reason, StatusCode code, bool isUnknown)
    {
        _now.State = JobState.Succeeded;
        if (isUnknown)
            _agent.OnGetJob = _ => throw FakeAgent.Failure(code, reason);
        _agent.OnWatchJob = (_, _, _) => throw FakeAgent.Failure(code, reason);
        using JobLook look = Look();
        await Eventually.HoldsAsync(() => look.Watch.Sight.Fault is not null);

        JobSight sight = look.Watch.Sight;
        Assert.Equal((reason, false, isUnknown), (sight.Fault!.Why.Reason, sight.IsLost, sight.Job is null));
    }

    private JobLook Look() => _watches.Look(_link, "20261123");

    private static Task IsWholeAsync(JobLook look) => Eventually.HoldsAsync(() => look.Watch.Sight.IsWhole);
}
