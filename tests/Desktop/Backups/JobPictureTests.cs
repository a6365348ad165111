using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Backups;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Desktop.Backups;

// One watch of a job for all windows of the program, over whatever happens to the connection.
public sealed class JobPictureTests : IAsyncLifetime
{
    private const uint Batches = 40;

    private readonly FakeTimeProvider _time = new();
    private FakeAgent _agent = null!;
    private ScriptedJob _job = null!;
    private AgentLink _link = null!;
    private JobPictures _pictures = null!;
    private Job _now = Samples.Job(new StartDumpRequest());

    public async ValueTask InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _job = new ScriptedJob(_agent, Batches);
        _job.Serve();
        _agent.OnGetJob = _ => new GetJobResponse { Job = _now };
        _link = AgentLink.Start("local", _agent.Endpoint, TimeProvider.System, NullLogger.Instance);
        _pictures = new JobPictures(_time);
    }

    public async ValueTask DisposeAsync()
    {
        await _pictures.DisposeAsync();
        await _link.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task However_many_look_there_is_one_watch_and_it_holds_everything()
    {
        _now.State = JobState.Succeeded;
        using JobLook one = Look(), other = Look();
        await IsWholeAsync(one);

        Assert.Same(one.Picture, other.Picture);
        Assert.Single(_agent.RequestsOf<WatchJobRequest>());
        Assert.Equal((int)Batches, one.Picture.Cells(1).Counts[(int)CellState.Active]);
        Assert.Equal(65536, one.Picture.Cells(2).Counts[(int)CellState.NotRead]);
        Assert.Equal(JobState.Succeeded, one.Picture.Sight.Job!.State);
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
        await Eventually.HoldsAsync(() => first.Picture.Cells(1).Counts[(int)CellState.Active] > 3);
        first.Dispose();
        first.Dispose();
        _time.Advance(JobPictures.Patience - TimeSpan.FromSeconds(1));

        JobLook again = Look();
        Assert.Same(first.Picture, again.Picture);
        _time.Advance(2 * JobPictures.Patience);
        Assert.Equal(1, _pictures.Count);

        again.Dispose();
        _time.Advance(JobPictures.Patience);
        await ended.Task.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(0, _pictures.Count);
        using JobLook later = Look();
        Assert.NotSame(first.Picture, later.Picture);
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
        await Eventually.HoldsAsync(() => look.Picture.Cells(1).Counts[(int)CellState.Active] > 8);

        await _agent.StopAsync();
        await Eventually.HoldsAsync(() => look.Picture.Sight.IsLost);
        _job.Before = (_, _) => Task.CompletedTask;
        _now.State = JobState.Succeeded;
        await _agent.ListenAsync();
        await IsWholeAsync(look);

        Assert.Equal((false, null), (look.Picture.Sight.IsLost, look.Picture.Sight.Fault));
        Assert.Equal((int)Batches, look.Picture.Cells(1).Counts[(int)CellState.Active]);
        Assert.True(_agent.RequestsOf<WatchJobRequest>().Last().FromSequence > 8);
    }

    [Fact]
    public async Task An_agent_that_is_not_there_yet_is_waited_for()
    {
        await _agent.StopAsync();
        using JobLook look = Look();
        await Eventually.HoldsAsync(() => look.Picture.Sight.IsLost);
        Assert.Equal(AgentException.AgentUnreachable, look.Picture.Sight.Fault!.Why.Reason);

        _now.State = JobState.Succeeded;
        await _agent.ListenAsync();
        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1)); // Its pause.
            return look.Picture.Sight is { IsWhole: true, IsLost: false, Fault: null };
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

        Assert.Equal((JobState.Failed, null), (look.Picture.Sight.Job!.State, look.Picture.Sight.Fault));
        Assert.InRange(look.Picture.Cells(1).Counts[(int)CellState.Active], 5, (int)Batches - 1);
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
        await Eventually.HoldsAsync(() => look.Picture.Sight.Fault is not null);

        JobSight sight = look.Picture.Sight;
        Assert.Equal((reason, false, isUnknown), (sight.Fault!.Why.Reason, sight.IsLost, sight.Job is null));
    }

    private JobLook Look() => _pictures.Look(_link, "20261123");

    private static Task IsWholeAsync(JobLook look) => Eventually.HoldsAsync(() => look.Picture.Sight.IsWhole);
}
