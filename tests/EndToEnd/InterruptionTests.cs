using ImeiAgent.Client.Cli;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;
using JournalState = ImeiAgent.Vault.JournalState;

namespace ImeiAgent.EndToEnd;

/// <summary>
/// Agent or command line end in the middle of a write: after the phone served it, before its reply. The phone runs in the test's
/// process, where that one reply can be held back.
/// </summary>
public sealed class InterruptionTests
{
    private readonly string _request = Guid.NewGuid().ToString();

    [Theory]
    [InlineData("", Bench.LabelHex, WriteOutcome.Applied, ExitCode.Ok, "restored:")]
    [InlineData("ignore-writes=550", Bench.Zeros, WriteOutcome.RolledBack, ExitCode.RolledBack, "rolled back:")]
    public async Task A_restore_whose_agent_was_killed_is_settled_by_reading_when_it_runs_again(
        string quirks, string held, WriteOutcome outcome, ExitCode code, string said)
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 61, quirks);
        await bench.StartAgentAsync();
        await using OurProgram imei = await WritesAsync(bench, phone);

        bench.Agent.Kill();
        await bench.Agent.EndAsync(Ct);
        JournalState[] open = [.. bench.Journal().Select(row => row.State)];
        Assert.Equal([JournalState.Intent], open);
        phone.Host.Unplug();
        phone.Host.Replug();
        await bench.StartAgentAsync();

        Assert.Equal([(JournalState.Closed, outcome)], bench.Journal().Select(row => (row.State, row.Outcome!.Value)));
        Assert.Equal((held, 1L), (PhoneProcess.HoldsOf(phone.Phone, 1), phone.Phone.Counters.NvWritesReceived));
        // The command line that was cut off asks again by itself: it learns the outcome, or says that it did not. Later it is known.
        Assert.Contains((await Bench.EndAsync(imei)).Code, (ExitCode[])[code, ExitCode.OutcomeUnknown]);
        (await bench.RestoreAsync(phone.Host.Path, Bench.Label, "--request-id", _request)).Ended(code, said, "replayed", "interrupted");
        Assert.Equal(1, phone.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task An_agent_that_is_asked_to_end_lets_the_restore_finish()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 62);
        await bench.StartAgentAsync();
        HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        await using OurProgram imei = StartRestore(bench, phone);
        await reply.Reached.WaitAsync(Eventually.Deadline, Ct);

        bench.Agent.Terminate();
        await Eventually.HoldsAsync(async () => (await bench.ImeiAsync("agent", "info")).Code == ExitCode.AgentUnreachable);
        Assert.False(bench.Agent.HasEnded);
        reply.Release();

        (await Bench.EndAsync(imei)).Ended(ExitCode.Ok, "restored:");
        Assert.Equal(0, await bench.Agent.EndAsync(Ct));
        Assert.Equal(Bench.LabelHex, PhoneProcess.HoldsOf(phone.Phone, 1));
        Assert.Equal([(JournalState.Closed, WriteOutcome.Applied, "")], bench.Journal());
    }

    [Fact]
    public async Task A_restore_whose_command_line_was_killed_runs_to_its_end_and_is_not_done_twice()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 63);
        await bench.StartAgentAsync();
        HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        await using OurProgram imei = StartRestore(bench, phone);
        await reply.Reached.WaitAsync(Eventually.Deadline, Ct);

        imei.Kill();
        await imei.EndAsync(Ct);
        reply.Release();
        await Eventually.HoldsAsync(() => bench.Journal() is [(JournalState.Closed, WriteOutcome.Applied, "")]);

        (await bench.RestoreAsync(phone.Host.Path, Bench.Label, "--request-id", _request)).Ended(ExitCode.Ok, "restored:", "replayed", _request);
        (await bench.RestoreAsync(phone.Host.Path, Bench.Label2, "--request-id", _request)).Ended(ExitCode.Usage, "[REQUEST_ID_REUSED]");
        Assert.Equal((Bench.LabelHex, 1L), (PhoneProcess.HoldsOf(phone.Phone, 1), phone.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task A_phone_unplugged_before_the_write_is_an_error_and_nothing_was_sent()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 64);
        await bench.StartAgentAsync();
        HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 550);
        await using OurProgram imei = StartRestore(bench, phone);
        await reply.Reached.WaitAsync(Eventually.Deadline, Ct);

        phone.Host.Unplug();

        (await Bench.EndAsync(imei)).Ended(ExitCode.DeviceNotReady, "went away. Connect it again", "[DEVICE_DISCONNECTED]");
        Assert.DoesNotContain(bench.Journal(), row => row.Outcome != WriteOutcome.Refused);
        Assert.Equal((Bench.Zeros, 0L), (PhoneProcess.HoldsOf(phone.Phone, 1), phone.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task A_write_whose_reply_is_lost_is_told_by_what_was_read_back()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 65);
        await bench.StartAgentAsync();
        phone.Phone.Traps.DropReply(DiagCode.NvWrite, 550);

        (await bench.RestoreAsync(phone.Host.Path, Bench.Label)).Ended(ExitCode.Ok, "did not acknowledge the write, but holds the new value");

        Assert.Equal([(JournalState.Closed, WriteOutcome.Applied, "")], bench.Journal());
        Assert.Equal((Bench.LabelHex, 1L), (PhoneProcess.HoldsOf(phone.Phone, 1), phone.Phone.Counters.NvWritesReceived));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private OurProgram StartRestore(Bench bench, RunningPhone<PtyHost> phone) => bench.StartRestore(phone.Host.Path, Bench.Label, "--request-id", _request);

    /// <summary>A restore that stands between the write's arrival at the phone and its reply, which never comes.</summary>
    private async Task<OurProgram> WritesAsync(Bench bench, RunningPhone<PtyHost> phone)
    {
        HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        OurProgram imei = StartRestore(bench, phone);
        await reply.Reached.WaitAsync(Eventually.Deadline, Ct);
        return imei;
    }
}
