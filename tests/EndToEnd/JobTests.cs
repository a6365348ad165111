using ImeiAgent.Client;
using ImeiAgent.Client.Cli;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>Dumps as jobs, through the command line: an agent that is killed, a phone that is unplugged, Ctrl-C, other desks.</summary>
public sealed class JobTests
{
    // 65,536 items in about 3 s: time enough to disturb them.
    private const string Slowly = "service=40us";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_whose_agent_was_killed_goes_on_with_the_next_one_and_is_as_if_nothing_had_happened()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy", seed: 81, Slowly);
        await bench.StartAgentAsync();
        (await bench.ImeiAsync("backup", "--sim", "1", "-o", bench.File("calm.txt"))).Ended(ExitCode.Ok);

        await using OurProgram backup = bench.StartImei("backup", "--sim", "1", "-o", bench.File("killed.txt"));
        await HasReadAsync(bench, 10_000);
        bench.Agent.Kill();
        await bench.Agent.EndAsync(Ct);
        phone.Host.Unplug();
        phone.Host.Replug();
        await bench.StartAgentAsync();

        (await Bench.EndAsync(backup)).Ended(ExitCode.Ok, "the connection to the agent was lost; resuming", "nothing was lost", "Read 65,536 items");
        Assert.Equal(await File.ReadAllTextAsync(bench.File("calm.txt"), Ct), await File.ReadAllTextAsync(bench.File("killed.txt"), Ct));
        Assert.Single((await JobsAsync(bench)).Select(job => job.Summary.Sha256).Distinct());
    }

    [Fact]
    public async Task Ctrl_C_ends_the_dump_unless_another_desk_watches_it()
    {
        await using var bench = new Bench();
        bench.PlugHere("phone", "galaxy", seed: 82, "service=300us");
        await bench.StartAgentAsync();

        await using OurProgram first = bench.StartImei("backup", "--sim", "1");
        string job = await HasReadAsync(bench, 1_000);
        await using OurProgram watch = bench.StartImei("--json", "jobs", "watch", job, "--now");
        await watch.LineAsync("header", Ct);
        first.Interrupt();
        (await Bench.EndAsync(first)).Ended(ExitCode.Cancelled, "is still wanted", "goes on");

        watch.Interrupt();
        (await Bench.EndAsync(watch)).Ended(ExitCode.Cancelled, "goes on");
        await using OurProgram second = bench.StartImei("backup", "--sim", "1");
        await Eventually.HoldsAsync(() => second.Errors.Any(line => line.Contains("sharing that dump")));
        second.Interrupt();
        (await Bench.EndAsync(second)).Ended(ExitCode.Cancelled, "nothing more is read from the phone");
        (await bench.ImeiAsync("jobs", "show", job)).Ended(ExitCode.Ok, "state       cancelled");
    }

    [Fact]
    public async Task A_detached_backup_waits_for_its_phone_and_can_be_waited_for()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy", seed: 83, Slowly);
        await bench.StartAgentAsync();

        string job = (await bench.ImeiAsync("backup", "--sim", "1", "--detach")).Ended(ExitCode.Ok).Out.Trim();
        await HasReadAsync(bench, 5_000);
        phone.Host.Unplug();
        await Eventually.HoldsAsync(async () => (await JobsAsync(bench))[0].State == JobState.WaitingForPhone);
        (await bench.ImeiAsync("jobs", "list")).Ended(ExitCode.Ok, "waiting for the phone");
        (await bench.ImeiAsync("jobs", "wait", job, "--timeout", "0")).Ended(ExitCode.Incomplete, "has not ended");
        phone.Host.Replug();

        (await bench.ImeiAsync("jobs", "wait", job)).Ended(ExitCode.Ok, "Read 65,536 items");
        (await bench.ImeiAsync("jobs", "watch", job)).Ended(ExitCode.Ok, "Read 65,536 items");
        (await bench.ImeiAsync("jobs", "show", job)).Ended(ExitCode.Ok, "state       done", "snapshot    ");
    }

    [Fact]
    public async Task A_quick_backup_reads_less_and_a_skipped_item_not_at_all()
    {
        await using var bench = new Bench();
        bench.PlugHere("phone", "galaxy", seed: 84);
        await bench.StartAgentAsync();
        (await bench.ImeiAsync("backup", "--sim", "1")).Ended(ExitCode.Ok);
        (await bench.ImeiAsync("skips", "add", "SM-G991U", "441", "--reason", "It hangs.")).Ended(ExitCode.Ok, "skipped: It hangs.");
        (await bench.ImeiAsync("skips", "list")).Ended(ExitCode.Ok, "00441", "It hangs.");

        Result quick = await bench.ImeiAsync("backup", "--quick", "--sim", "1", "-o", bench.File("quick.txt"));

        quick.Ended(ExitCode.Ok, "(quick)", "1 skipped (see imei skips)", "note: ");
        string text = await File.ReadAllTextAsync(bench.File("quick.txt"), Ct);
        Assert.Contains("00550 (0x0226)   -   OK", text);
        Assert.InRange(text.Split("   -   ").Length - 1, 1_000, 20_000);
        (await bench.ImeiAsync("skips", "remove", "SM-G991U", "441")).Ended(ExitCode.Ok, "no longer skipped");
        (await bench.ImeiAsync("skips", "remove", "SM-G991U", "441")).Ended(ExitCode.File, "[SKIP_NOT_FOUND]");
    }

    /// <summary>Waits until the only running job has read so many items; returns its name.</summary>
    private static async Task<string> HasReadAsync(Bench bench, int items)
    {
        string? name = null;
        await Eventually.HoldsAsync(async () =>
        {
            name = (await JobsAsync(bench)).FirstOrDefault(job => job.State == JobState.Running && job.Progress.Done >= items)?.Name;
            return name is not null;
        });
        return name!;
    }

    private static async Task<IReadOnlyList<Job>> JobsAsync(Bench bench)
    {
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(bench.Endpoint));
        return (await client.ListJobsAsync(new ListJobsRequest(), Ct)).Jobs;
    }
}
