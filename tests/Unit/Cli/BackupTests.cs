using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class BackupTests
{
    private const string Short = "20261123-7c1d02";

    [Fact]
    public async Task A_quick_backup_asks_for_one_tells_what_is_not_read_once_and_calls_itself_quick()
    {
        const string Note = "Quick: 61,536 items that were not active in 3 earlier snapshots of SM-G991U are not read.";
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnStartDump = request => new StartDumpResponse { Job = new Job(Samples.Job(request)) { Notes = { Note } } };
        agent.OnWatchJob = async (_, answers, _) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = Samples.JobName, Notes = { Note } } });
            await answers.WriteAsync(new WatchJobResponse { Summary = Samples.Summary(4000) });
        };

        CliRun run = await CliRun.RunAsync(agent, "backup", "--quick");

        Assert.Equal(ExitCode.Ok, run.Exit);
        StartDumpRequest request = Assert.Single(agent.RequestsOf<StartDumpRequest>());
        Assert.True(request is { Quick: true, SaveSnapshot: true, Ranges.Count: 0 });
        Assert.Equal("Read 4,000 items (quick) in 3.5 s: 4,000 active, 0 not there, 0 unknown. Snapshot: 20261123-3f2a9c", Assert.Single(run.OutLines));
        Assert.Equal($"note: {Note}", run.Err.Trim());
    }

    [Fact]
    public async Task Detached_it_prints_the_jobs_name_and_does_not_watch()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "backup", "--detach", "--sim", "1");
        CliRun json = await CliRun.RunAsync(agent, "backup", "--detach", "--json");

        Assert.Equal((ExitCode.Ok, Short), (run.Exit, run.Out.Trim()));
        Assert.Equal(Samples.JobName, JsonParser.Default.Parse<StartDumpResponse>(json.Out).Job.Name);
        Assert.Empty(agent.RequestsOf<WatchJobRequest>());
        Assert.True(agent.RequestsOf<StartDumpRequest>().All(request => request.SaveSnapshot));
    }

    [Fact]
    public async Task A_dump_that_somebody_else_began_is_shared_and_a_note_says_so()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnStartDump = request => new StartDumpResponse { Job = Samples.Job(request), Shared = true };
        agent.OnWatchJob = Samples.Watch(65536);

        CliRun run = await CliRun.RunAsync(agent, "backup");

        Assert.Equal("note: SIM 1 and 2 of sm-g991u-3f2a are already being read by alice; sharing that dump", run.Err.Trim());
    }

    [Fact]
    public async Task While_the_phone_is_away_a_note_says_what_to_do_and_one_that_it_is_back()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWatchJob = async (_, answers, _) =>
        {
            Job waiting = new()
            {
                State = JobState.WaitingForPhone,
                Hint = "Connect the phone again.",
                WaitUntil = new DateTime(2026, 11, 23, 10, 10, 0, DateTimeKind.Utc).ToTimestamp(),
            };
            await answers.WriteAsync(new WatchJobResponse { Job = waiting });
            await answers.WriteAsync(new WatchJobResponse { Job = new Job { State = JobState.Running } });
            await answers.WriteAsync(new WatchJobResponse { Summary = Samples.Summary(65536, skipped: 2) });
        };

        CliRun run = await CliRun.RunAsync(agent, "backup");

        Assert.Contains("note: waiting for the phone until 2026-11-23 10:10:00 UTC. Connect the phone again.\n", run.Err, StringComparison.Ordinal);
        Assert.Contains("note: the phone is back; reading goes on\n", run.Err, StringComparison.Ordinal);
        // What is skipped on purpose is told and makes nothing incomplete.
        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("0 unknown, 2 skipped (see imei skips). Snapshot: ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_shows_in_two_notes_and_nothing_else()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnWatchJob = async (request, answers, context) =>
        {
            if (++calls == 1)
            {
                await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = Samples.JobName } });
                throw FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING");
            }
            await Samples.Watch(65536)(request, answers, context);
        };

        CliRun run = await CliRun.RunAsync(agent, "backup");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(
            ["note: the connection to the agent was lost; resuming", "note: the agent is there again; nothing was lost"],
            run.Err.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("Read 65,536 items", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_every_line_is_a_message()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWatchJob = Samples.Watch(65536);

        CliRun run = await CliRun.RunAsync(agent, "backup", "--json");

        Assert.Equal(Samples.JobName, JsonParser.Default.Parse<StartDumpResponse>(run.OutLines[0]).Job.Name);
        Assert.Equal(
            [WatchJobResponse.EventOneofCase.Header, WatchJobResponse.EventOneofCase.Progress, WatchJobResponse.EventOneofCase.Summary],
            run.OutLines.Skip(1).Select(line => JsonParser.Default.Parse<WatchJobResponse>(line).EventCase));
        Assert.Equal("", run.Err);
    }

    [Theory]
    [InlineData(JobState.Cancelled, "cancelled: nothing more is read from the phone (job 20261123-7c1d02)")]
    [InlineData(JobState.Running, "Job 20261123-7c1d02 is still wanted, by others or by you elsewhere, so it goes on")]
    [InlineData(JobState.Succeeded, "Job 20261123-7c1d02 had ended already (done)")]
    public async Task Ctrl_C_cancels_the_job_while_its_watch_is_open_and_says_what_became_of_it(JobState left, string said)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource ctrlC = new();
        bool watched = false;
        CancellationToken watch = default;
        agent.OnWatchJob = async (_, answers, context) =>
        {
            watch = context.CancellationToken;
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = Samples.JobName } });
            await ctrlC.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        agent.OnCancelJob = request =>
        {
            watched = !watch.IsCancellationRequested;
            return new CancelJobResponse { Job = new Job { Name = request.Name, State = left } };
        };

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Cancellation = ctrlC.Token }, "backup");

        Assert.Equal(130, (int)run.Exit);
        Assert.Contains(said, run.Err, StringComparison.Ordinal);
        Assert.True(watched);
        CancelJobRequest request = Assert.Single(agent.RequestsOf<CancelJobRequest>());
        Assert.Equal((Samples.JobName, true), (request.Name, request.UnlessShared));
    }

    [Fact]
    public async Task Ctrl_C_while_the_job_is_being_started_waits_for_its_name_and_cancels_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource ctrlC = new();
        agent.OnStartDump = request =>
        {
            ctrlC.Cancel();
            return new StartDumpResponse { Job = Samples.Job(request) };
        };
        agent.OnWatchJob = (_, _, context) => Task.Delay(Timeout.Infinite, context.CancellationToken);
        agent.OnCancelJob = request => new CancelJobResponse { Job = new Job { Name = request.Name, State = JobState.Cancelled } };

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Cancellation = ctrlC.Token }, "backup");

        Assert.Equal(130, (int)run.Exit);
        Assert.Equal(Samples.JobName, Assert.Single(agent.RequestsOf<CancelJobRequest>()).Name);
    }

    [Fact]
    public async Task Ctrl_C_while_the_agent_is_gone_says_that_the_job_goes_on()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource ctrlC = new();
        agent.OnWatchJob = async (_, answers, context) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = Samples.JobName } });
            await ctrlC.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        agent.OnCancelJob = _ => throw new RpcException(new Status(StatusCode.Unavailable, "gone"));

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Cancellation = ctrlC.Token }, "backup", "--json");

        Assert.Equal(130, (int)run.Exit);
        Assert.Contains("The agent could not be told, so job 20261123-7c1d02 goes on", run.Err, StringComparison.Ordinal);
        Assert.Contains("\"CANCELLED\"", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_during_nv_read_cancels_the_job_that_its_header_named()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource ctrlC = new();
        agent.OnReadRange = async (_, answers, context) =>
        {
            await answers.WriteAsync(new ReadRangeResponse { Header = new ReadHeader { Job = Samples.JobName, Notes = { "One." } } });
            await answers.WriteAsync(new ReadRangeResponse { Batch = new ReadBatch { Sequence = 1, Items = { ScriptedJob.Item(7) } } });
            await ctrlC.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        agent.OnCancelJob = request => new CancelJobResponse { Job = new Job { Name = request.Name, State = JobState.Cancelled } };

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Cancellation = ctrlC.Token }, "nv", "read", "0-65535");

        Assert.Equal(130, (int)run.Exit);
        Assert.Contains("cancelled: nothing more is read", run.Err, StringComparison.Ordinal);
        Assert.Equal(Samples.JobName, Assert.Single(agent.RequestsOf<CancelJobRequest>()).Name);
    }

    [Fact]
    public async Task A_job_that_somebody_cancelled_ends_with_exit_code_130()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWatchJob = (_, _, _) => throw FakeAgent.Failure(StatusCode.Aborted, "JOB_CANCELLED", "bob cancelled the job.");

        CliRun run = await CliRun.RunAsync(agent, "backup");

        Assert.Equal((130, "imei: bob cancelled the job. [JOB_CANCELLED]"), ((int)run.Exit, run.Said.Trim()));
    }
}
