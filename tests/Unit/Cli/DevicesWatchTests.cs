using System.Text.Json;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

/// <summary>imei devices --watch.</summary>
public class DevicesWatchTests
{
    [Fact]
    public async Task What_is_there_is_a_table_and_each_change_a_line()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "devices", "--watch");

        Assert.Equal(ExitCode.Refused, run.Exit);
        Assert.Contains("CLIENT_REVOKED", run.Err, StringComparison.Ordinal);
        Assert.Contains("Watching; Ctrl-C ends it.", run.Err, StringComparison.Ordinal);
        Assert.StartsWith("NAME", run.OutLines[0], StringComparison.Ordinal);
        Assert.Matches(@"^sm-g991u-3f2a +/dev/ttyUSB0 +ready +SM-G991U", run.OutLines[1]);
        string[] changes = [.. run.OutLines.Skip(2)];
        Assert.All(changes, line => Assert.Matches(@"^\d\d:\d\d:\d\d UTC  ", line));
        Assert.Equal(
            [
                "sm-g991u-3f2a  held by bench-3 (192.0.2.7): ticket 4711",
                "sm-g991u-3f2a  unplugged on /dev/ttyUSB0; held by nobody; Connect it again.",
                "sm-g991u-3f2a  no longer on /dev/ttyUSB0",
                "sm-g991u-3f2a  ready on /dev/ttyUSB1, SM-G991U; SIM 1 lost (blank), SIM 2 ok",
                "sm-g991u-3f2a  job 20261123-7c1d02: running, 0/131,072",
                "sm-g991u-3f2a  job 20261123-7c1d02: done, 131,072/131,072",
            ],
            changes.Select(line => line["00:00:00 UTC  ".Length..]));
        Assert.Empty(agent.RequestsOf<ListDevicesRequest>());
    }

    [Fact]
    public async Task With_json_each_message_of_the_agent_is_a_line_heartbeats_too()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "--json", "devices", "--watch");

        JsonElement[] messages = [.. run.OutLines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            ["device", "barrier", "device", "heartbeat", "device", "removed", "device", "job", "job", "job"],
            messages.Select(m => m.EnumerateObject().Last().Name));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"{i}"), messages.Select(m => m.GetProperty("revision").GetString()));
        Assert.Equal("CLIENT_REVOKED", JsonDocument.Parse(run.Err).RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task What_waits_for_a_person_is_a_line_when_its_number_changes()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        TellAll(agent,
            Attention(1, 2, 70), new() { Barrier = new WatchBarrier() }, Attention(1, 2, 71), Attention(1, 1, 72), Attention(1200, 1, 75), Attention(0, 0, 80),
            Attention(0, 0, 82), Attention(1, 1, 84));

        CliRun run = await CliRun.RunAsync(agent, "devices", "--watch");

        Assert.Equal(
            [
                "1 restore open",
                "1,200 restores wait for approval",
                "no restore waits for approval",
                "no restore open",
                "1 restore waits for approval",
                "1 restore open",
            ],
            run.OutLines.Where(line => line.Contains("UTC", StringComparison.Ordinal)).Select(line => line["00:00:00 UTC  ".Length..]));
        // What was there when the watch began stands with the table's notes.
        string[] notes = run.Err.Split('\n');
        Assert.Equal(
            ["1 restore waits for approval", "2 restores open", "Watching; Ctrl-C ends it."],
            notes[..(notes.IndexOf("Watching; Ctrl-C ends it.") + 1)].TakeLast(3));
    }

    [Fact]
    public async Task With_nothing_that_waits_no_note_and_no_line_says_so()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        TellAll(agent, Attention(0, 0, 70), new() { Barrier = new WatchBarrier() }, Attention(0, 0, 71));

        CliRun run = await CliRun.RunAsync(agent, "devices", "--watch");

        Assert.DoesNotContain("restore", $"{string.Join('\n', run.OutLines)}{run.Err}", StringComparison.Ordinal);
        Assert.Contains("Watching; Ctrl-C ends it.", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_what_waits_is_a_message_as_any_other()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        TellAll(agent, Attention(1, 3, 1780000000000UL << 10));

        CliRun run = await CliRun.RunAsync(agent, "--json", "devices", "--watch");

        JsonElement told = JsonDocument.Parse(Assert.Single(run.OutLines)).RootElement.GetProperty("attention");
        Assert.Equal((1, 3, "1822720000000000"),
            (told.GetProperty("pendingApprovals").GetInt32(), told.GetProperty("openJournalRows").GetInt32(), told.GetProperty("change").GetString()));
    }

    [Fact]
    public async Task One_agent_is_watched_at_a_time()
    {
        CliRun run = await CliRun.RunAsync(null, "devices", "--watch", "--all");

        Assert.Equal(ExitCode.Usage, run.Exit);
        Assert.Contains("--all and --watch", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_c_ends_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using var person = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        agent.OnWatchDevices = async (answers, context) =>
        {
            await answers.WriteAsync(new WatchDevicesResponse { Barrier = new WatchBarrier() });
            await person.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };

        Assert.Equal(ExitCode.Cancelled, (await CliRun.RunAsync(agent, new CliSetting { Cancellation = person.Token }, "devices", "--watch")).Exit);
    }

    // What a phone goes through that is taken, unplugged, and dumped at another port; then the watcher loses its rights, which ends the run.
    private static async Task<FakeAgent> StartAsync()
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        Device held = new(Samples.Phone()) { Lease = new Lease { FencingToken = 7, Holder = "bench-3", Station = "192.0.2.7", Purpose = "ticket 4711" } };
        Device gone = new(Samples.Phone()) { State = DeviceState.Disconnected, Hint = "Connect it again." };
        Device back = new(Samples.Phone()) { Port = "/dev/ttyUSB1" };
        Job job = new() { Name = Samples.JobName, Device = Samples.PhoneName, State = JobState.Running, Progress = new ReadProgress { Total = 131072 } };
        Job half = new(job) { Progress = new ReadProgress { Done = 65536, Total = 131072 } };
        Job done = new(job) { State = JobState.Succeeded, Progress = new ReadProgress { Done = 131072, Total = 131072 } };
        TellAll(agent,
            new() { Device = Samples.Phone() }, new() { Barrier = new WatchBarrier() }, new() { Device = held }, new() { Heartbeat = new WatchHeartbeat() },
            new() { Device = gone }, new() { Removed = new RemovedDevice { Name = gone.Name, Port = gone.Port } }, new() { Device = back },
            new() { Job = job }, new() { Job = half }, new() { Job = done });
        return agent;
    }

    private static WatchDevicesResponse Attention(uint pending, uint open, ulong change) =>
        new() { Attention = new WatchAttention { PendingApprovals = pending, OpenJournalRows = open, Change = change } };

    private static void TellAll(FakeAgent agent, params WatchDevicesResponse[] news) =>
        agent.OnWatchDevices = async (answers, _) =>
        {
            foreach ((int i, WatchDevicesResponse one) in news.Index())
            {
                one.Revision = (ulong)i + 1;
                await answers.WriteAsync(one);
            }
            throw FakeAgent.Failure(StatusCode.PermissionDenied, "CLIENT_REVOKED");
        };
}
