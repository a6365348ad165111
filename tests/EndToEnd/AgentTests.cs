using ImeiAgent.Client.Cli;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>The agent as a process: alone, side by side with others, absent.</summary>
public sealed class AgentTests
{
    [Fact]
    public async Task Without_an_agent_the_command_line_says_how_to_start_one()
    {
        await using var bench = new Bench();

        (await bench.ImeiAsync("devices")).Ended(ExitCode.AgentUnreachable, $"No agent listens at {bench.Endpoint}", "imei-agent run");
        (await bench.RestoreAsync("any", Bench.Label)).Ended(ExitCode.AgentUnreachable, "imei-agent run");
    }

    [Fact]
    public async Task Two_agents_run_side_by_side_and_a_third_says_what_is_in_its_way()
    {
        await using var bench = new Bench();
        await bench.PlugAsync("first", "galaxy", seed: 71);
        await bench.StartAgentAsync();
        PhoneProcess second = await bench.PlugAsync("second", "galaxy-single-sim", seed: 72);
        string endpoint = $"unix:{bench.File("other.sock")}";
        await using OurProgram other = Bench.StartAgent(endpoint, bench.File("other-data"), "--port", second.Link);
        await other.LineAsync("ready", Ct);

        (await bench.ImeiAsync("identify")).Ended(ExitCode.Ok, "SM-G991U");
        (await bench.ImeiAsync("--agent", endpoint, "identify")).Ended(ExitCode.Ok, "SM-G981U", "no way to its second SIM slot");

        await FailsAsync(bench.Endpoint, bench.File("third-data"), "Another agent answers on");
        await FailsAsync($"unix:{bench.File("third.sock")}", bench.File("data"), "another agent has it open");
        await FailsAsync("0.0.0.0", bench.File("third-data"), "HOST:PORT is expected", code: 2);

        other.Terminate();
        Assert.Equal(0, await other.EndAsync(Ct));
        Assert.False(File.Exists(bench.File("other.sock")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(bench.File("agent.sock")));
    }

    [Fact]
    public async Task A_restore_asked_for_while_phones_are_still_being_looked_at_waits_and_does_not_guess()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> quick = bench.PlugHere("quick", "galaxy-imei-lost", seed: 73);
        RunningPhone<PtyHost> slow = bench.PlugHere("slow", "galaxy-imei-lost", seed: 74, "latency=250ms");
        await bench.StartAgentUnawareAsync();

        string[] restore = ["restore", "--label", Bench.Label, "--reason", "Ticket 4716", "--evidence", "photo"];
        await using OurProgram whichever = bench.StartImei([.. restore, "--yes"]);
        await using OurProgram named = bench.StartImei(["-d", slow.Host.Path, .. restore, "--dry-run"]);

        (await Bench.EndAsync(whichever)).Ended(ExitCode.DeviceNotReady, "name one", "[DEVICE_AMBIGUOUS]");
        (await Bench.EndAsync(named)).Ended(ExitCode.Ok, "checked only: nothing was written");
        Assert.Equal((0L, 0L), (quick.Phone.Counters.NvWritesReceived, slow.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task The_demonstration_ends_well_and_shows_the_number_it_read_back()
    {
        Requires.Pty();
        await using OurProgram demo = OurProgram.Start("imei-demo", "--once");

        Assert.Equal(0, await demo.EndAsync(Ct));

        Assert.Contains(demo.Output, line => line == $"Done: {Bench.Label2} was read back from the phone.");
        Assert.Contains(demo.Output, line => line.Contains("lost (blank)"));
        Assert.Contains(demo.Output, line => line == $"IMEI SIM 1  {Bench.Label2}  ok");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task FailsAsync(string endpoint, string data, string said, int code = 1)
    {
        await using OurProgram agent = Bench.StartAgent(endpoint, data, "--port", "/dev/null");
        Assert.Equal(code, await agent.EndAsync(Ct));
        Assert.Contains(agent.Errors, line => line.Contains(said));
    }
}
