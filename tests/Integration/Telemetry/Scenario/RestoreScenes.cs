using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Telemetry.Scenario;

// Phones that go away have a link: the number of a terminal that is given up is the next phone's, in these tests that of another scene.
/// <summary>Restores: one that holds, one that does not, one that is refused, and one whose agent ended in the middle of the write.</summary>
internal static class RestoreScenes
{
    private const string Label = "356938035643809";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>With a restart, by the command line; then once more by a client that has no lease.</summary>
    public static async Task AppliedAndRefusedAsync(Measurements measurements)
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", "reset-delay=20ms", link: folder.File("phone"));
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        string name = await agent.PhoneAsync();
        (await ImeiRun.RunAsync(agent.Host.Endpoint, null, ImeiRun.Restore(name, Label))).Ended(ExitCode.Ok);
        Assert.Equal("LEASE_REQUIRED", (await TellingAgent.CallAsync(options => Restoring.RunAsync(agent.Channel, Restoring.Order(name), options))).Reason);
        measurements.LookAtGauges();
    }

    /// <summary>The phone says yes to the write and keeps what it had.</summary>
    public static async Task FailedAsync()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", "ignore-writes=550", link: folder.File("phone"));
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        (await ImeiRun.RunAsync(agent.Host.Endpoint, null, ImeiRun.Restore(await agent.PhoneAsync(), Label))).Ended(ExitCode.RolledBack);
    }

    /// <summary>The phone keeps each value with a wrong bit, behind a cable that damages replies; at first it goes away as soon as it is spoken to.</summary>
    public static async Task WornAsync()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", "wear=550,bad-crc=0.05", link: folder.File("phone"));
        HeldReply greeting = phone.Phone.Traps.HoldReply(DiagCode.EventReport);
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        await greeting.Reached.WaitAsync(Eventually.Deadline, Ct);
        phone.Host.Unplug();
        phone.Host.Replug();
        (await ImeiRun.RunAsync(agent.Host.Endpoint, null, ImeiRun.Restore(await agent.PhoneAsync(), Label))).Ended(ExitCode.OutcomeUnknown);
    }

    /// <summary>The agent ends with a write that was never answered; the next one loses the phone while it settles that, and then does.</summary>
    public static async Task RecoveredAsync()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", link: folder.File("phone"));
        await InterruptAsync(folder, phone);
        // What the phone is asked first is who it is; the second time the number is read, to settle the row.
        phone.Phone.Traps.HoldReply(DiagCode.NvRead, 550).Release();
        HeldReply settling = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 550);
        phone.Host.Replug();
        await using TellingAgent agent = await TellingAgent.StartAsync(folder, [phone.Host.Path]);
        await settling.Reached.WaitAsync(Eventually.Deadline, Ct);
        phone.Host.Unplug();
        phone.Host.Replug();
        await agent.PhoneAsync();
    }

    /// <summary>Leaves a row open in the vault of an agent that has ended, and the phone unplugged.</summary>
    /// <returns>Trace of the restore, and its own span, 16 hex digits.</returns>
    public static async Task<(string Trace, string Span)> InterruptAsync(TemporaryFolder folder, RunningPhone<PtyHost> phone)
    {
        string trace;
        await using (TellingAgent agent = await TellingAgent.StartAsync(folder, [phone.Host.Path]))
        {
            HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
            string name = await agent.PhoneAsync();
            Task<(string, string Trace)> restore = TellingAgent.CallAsync(async options =>
            {
                try
                {
                    await Restoring.LeasedAsync(agent.Channel, name, options);
                }
                catch (ObjectDisposedException)
                {
                    // Its channel was closed between two messages, which cancels it like one that was closed while it waited for one.
                    throw new RpcException(new Status(StatusCode.Cancelled, "The channel was closed."));
                }
            });
            await reply.Reached.WaitAsync(Eventually.Deadline, Ct);
            phone.Host.Unplug();
            await agent.DisposeAsync();
            trace = (await restore).Trace;
        }
        using var vault = VaultFile.Open(folder.File("data"), TimeProvider.System);
        JournalRow open = Assert.Single(vault.Journal.ListOpen());
        Assert.Equal(trace, open.Entry.TraceId);
        return (trace, open.Entry.SpanId);
    }
}
