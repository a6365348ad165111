using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class JobsTests
{
    private const string Short = "20261123-7c1d02";

    [Fact]
    public async Task Jobs_are_a_table_over_all_pages_and_what_waits_says_for_what()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListJobs = request => request.PageToken.Length == 0
            ? new ListJobsResponse { Jobs = { Waiting() }, NextPageToken = "2" }
            : new ListJobsResponse { Jobs = { new Job(Done()) { Name = "jobs/20261122-000001" } } };

        CliRun run = await CliRun.RunAsync(agent, "jobs", "list", "-d", "sm");
        CliRun json = await CliRun.RunAsync(agent, "jobs", "list", "--json");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["NAME", "STATE", "PHONE", "SIM", "STARTED (UTC)", "ITEMS", "ACTIVE", "BY"], Cells(run.OutLines[0]));
        Assert.Equal([Short, "waiting for the phone", "SM-G991U sm-g991u-3f2a", "1", "2026-11-23 10:00:00", "12,000/65,536", "700", "alice"], Cells(run.OutLines[1]));
        Assert.Equal(["20261122-000001", "done (quick)"], Cells(run.OutLines[2])[..2]);
        Assert.Contains($"{Short}: Connect the phone again.", run.Err, StringComparison.Ordinal);
        Assert.Equal(["sm", "sm", "", ""], agent.RequestsOf<ListJobsRequest>().Select(request => request.Device));
        Assert.Equal([1, 1], json.OutLines.Select(line => JsonParser.Default.Parse<ListJobsResponse>(line).Jobs.Count));
    }

    [Fact]
    public async Task No_jobs_is_a_note()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListJobs = _ => new ListJobsResponse();

        CliRun run = await CliRun.RunAsync(agent, "jobs", "list");

        Assert.Equal((ExitCode.Ok, ""), (run.Exit, run.Out));
        Assert.Contains("imei backup starts one", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_shown_with_what_it_waits_for_and_what_it_came_to()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJob = request => new GetJobResponse { Job = request.Name == "w" ? Waiting() : Done() };

        CliRun waiting = await CliRun.RunAsync(agent, "jobs", "show", "w");
        CliRun done = await CliRun.RunAsync(agent, "jobs", "show", "d");
        CliRun json = await CliRun.RunAsync(agent, "jobs", "show", "d", "--json");

        Assert.Contains("to do       Connect the phone again.", waiting.OutLines);
        Assert.Contains("progress    12,000/65,536 items, 700 active", waiting.OutLines);
        Assert.Contains("items       5,000: 4,000 active, 998 not there, 0 unknown, 2 skipped (see imei skips)", done.OutLines);
        Assert.Contains("snapshot    20261123-3f2a9c", done.OutLines);
        Assert.Contains("reads       SIM 1, quick: not every item", done.OutLines);
        Assert.Equal(Done(), JsonParser.Default.Parse<GetJobResponse>(json.Out).Job);
    }

    [Fact]
    public async Task Watching_joins_a_job_tells_its_state_and_ends_with_its_summary()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJob = _ => new GetJobResponse { Job = Waiting() };
        agent.OnWatchJob = Samples.Watch(65536, failed: 1);

        CliRun run = await CliRun.RunAsync(agent, "jobs", "watch", "2026");

        Assert.Equal(ExitCode.Incomplete, run.Exit);
        Assert.StartsWith("Read 65,536 items in 3.5 s: ", run.Out, StringComparison.Ordinal);
        Assert.Contains("note: waiting for the phone. Connect the phone again.", run.Err, StringComparison.Ordinal);
        WatchJobRequest request = Assert.Single(agent.RequestsOf<WatchJobRequest>());
        Assert.Equal((Samples.JobName, true), (request.Name, request.OmitItems));
    }

    [Theory]
    [InlineData(7, false, "--from", "7")]
    [InlineData(0, true, "--now")]
    public async Task Watching_with_json_gives_the_items_from_where_one_wants(ulong from, bool now, params string[] place)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJob = _ => new GetJobResponse { Job = Waiting() };
        agent.OnWatchJob = async (request, answers, _) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = Samples.JobName } });
            await answers.WriteAsync(new WatchJobResponse { Batch = new ReadBatch { Sequence = 7, Items = { ScriptedJob.Item(7) } } });
            await answers.WriteAsync(new WatchJobResponse { Summary = Samples.Summary(65536) });
        };

        CliRun run = await CliRun.RunAsync(agent, ["jobs", "watch", "2026", "--json", .. place]);

        Assert.Equal(ScriptedJob.Item(7), JsonParser.Default.Parse<WatchJobResponse>(run.OutLines[1]).Batch.Items[0]);
        WatchJobRequest request = Assert.Single(agent.RequestsOf<WatchJobRequest>());
        Assert.Equal((from, now, false), (request.FromNow ? 0 : request.FromSequence, request.FromNow, request.OmitItems));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_watching_and_not_the_job()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource ctrlC = new();
        agent.OnGetJob = _ => new GetJobResponse { Job = Waiting() };
        agent.OnWatchJob = async (_, answers, context) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = Samples.JobName } });
            await ctrlC.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Cancellation = ctrlC.Token }, "jobs", "watch", "2026");

        Assert.Equal(130, (int)run.Exit);
        Assert.Contains($"job {Short} goes on", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.RequestsOf<CancelJobRequest>());
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_exit_code_9()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJob = _ => throw FakeAgent.Failure(StatusCode.NotFound, "JOB_NOT_FOUND", "No job has the name x.");

        Assert.Equal(9, (int)(await CliRun.RunAsync(agent, "jobs", "watch", "x")).Exit);
        Assert.Equal(9, (int)(await CliRun.RunAsync(agent, "jobs", "show", "x")).Exit);
    }

    [Theory]
    [InlineData(JobState.Succeeded, "", 0, "Read 5,000 items (quick)")]
    [InlineData(JobState.Failed, "DUMP_SOURCE_CHANGED", 5, "It changed. [DUMP_SOURCE_CHANGED]")]
    [InlineData(JobState.Failed, "DEVICE_DISCONNECTED", 4, "It changed. [DEVICE_DISCONNECTED]")]
    [InlineData(JobState.Cancelled, "", 130, "[JOB_CANCELLED]")]
    public async Task Waiting_ends_as_the_backup_would_have(JobState state, string reason, int code, string said)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        Job job = new(Done()) { State = state, ErrorReason = reason, ErrorMessage = reason.Length > 0 ? "It changed." : "" };
        agent.OnWaitJob = _ => new WaitJobResponse { Job = job };

        CliRun run = await CliRun.RunAsync(agent, "jobs", "wait", "2026");
        CliRun json = await CliRun.RunAsync(agent, "jobs", "wait", "2026", "--json");

        Assert.Equal((code, code), ((int)run.Exit, (int)json.Exit));
        Assert.Contains(said, run.Out + run.Err, StringComparison.Ordinal);
        Assert.Equal(job, JsonParser.Default.Parse<WaitJobResponse>(json.Out).Job);
    }

    [Fact]
    public async Task Waiting_no_longer_than_asked_is_exit_code_8()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWaitJob = _ => new WaitJobResponse { Job = Waiting() };

        CliRun run = await CliRun.RunAsync(agent, "jobs", "wait", "2026", "--timeout", "0");

        Assert.Equal(8, (int)run.Exit);
        Assert.Contains($"job {Short} has not ended after 0 s: waiting for the phone, 12,000/65,536 items", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_it_for_all()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnCancelJob = _ => new CancelJobResponse { Job = new Job(Waiting()) { State = JobState.Cancelled } };

        CliRun run = await CliRun.RunAsync(agent, "jobs", "cancel", "2026");
        CliRun json = await CliRun.RunAsync(agent, "jobs", "cancel", "2026", "--json");

        Assert.Equal((ExitCode.Ok, $"{Short}  cancelled"), (run.Exit, run.Out.Trim()));
        Assert.Equal(JobState.Cancelled, JsonParser.Default.Parse<CancelJobResponse>(json.Out).Job.State);
        Assert.All(agent.RequestsOf<CancelJobRequest>(), request => Assert.False(request.UnlessShared));
    }

    private static Job Waiting() => new(Samples.Job(new StartDumpRequest()))
    {
        State = JobState.WaitingForPhone,
        Hint = "Connect the phone again.",
        Progress = new ReadProgress { Done = 12000, Total = 65536, Active = 700 },
    };

    private static Job Done() => new(Samples.Job(new StartDumpRequest { Quick = true })) { State = JobState.Succeeded, Summary = Samples.Summary(5000, skipped: 2) };

    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
