using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

// The restore as a person goes through it: find the phone, take it, find the numbers, see the plan, say yes, watch, get the receipt.
internal static class RestoreProcedure
{
    public static async Task<ExitCode> RunAsync(Invocation invocation, RestoreOrder order)
    {
        Screen screen = invocation.Screen;
        bool asks = !order.DryRun && !order.Yes;
        if (asks && !invocation.Terminal.InIsTerminal)
            throw new CliException(ExitCode.Usage, "CONFIRMATION_IMPOSSIBLE",
                "a restore asks for confirmation and standard input is no terminal: nothing was done. --yes confirms, --dry-run only checks.");
        string spc = await Secrets.SpcAsync(invocation, order.Spc).ConfigureAwait(false);
        string password = await Secrets.PasswordAsync(invocation, order.Password).ConfigureAwait(false);

        // From here the phone goes by its full name: a second one that is plugged in meanwhile cannot take its place.
        Device device = await FindAsync(invocation, order).ConfigureAwait(false);
        LeaseHold hold = await HoldAsync(invocation, device.Name, order).ConfigureAwait(false);
        try
        {
            return await RunAsync(invocation, order, device, hold, asks, spc, password).ConfigureAwait(false);
        }
        catch (LeaseLostException lost)
        {
            throw lost.Fault is { } fault
                ? new CliException(ExitCodes.For(fault), fault.Reason, $"{fault.Message} [{fault.Reason}]")
                : new CliException(ExitCode.Refused, "LEASE_SUPERSEDED", $"{lost.Message} Nothing was written.");
        }
        finally
        {
            if (await hold.ReleaseAsync().ConfigureAwait(false) is { } fault)
                screen.Note($"The lease on {Names.Short(device.Name)} could not be given back and ends by itself: {fault.Message}");
        }
    }

    // Takes the lease, or keeps the one that was given with --lease; none of an agent that knows no leases, and where none may be needed.
    private static async Task<LeaseHold> HoldAsync(Invocation invocation, string device, RestoreOrder order)
    {
        if (order.DryRun)
            return LeaseHold.None(invocation.Cancellation);
        if (order.Lease is { } held)
            return LeaseHold.Keep(invocation.Client, device, held, invocation.Cancellation);
        try
        {
            return await LeaseHold.TakeAsync(invocation.Client, device, order.Reason, TimeSpan.Zero, invocation.Cancellation).ConfigureAwait(false);
        }
        catch (AgentException older) when (older.StatusCode == StatusCode.Unimplemented)
        {
            return LeaseHold.None(invocation.Cancellation);
        }
        catch (AgentException refused) when (order.RequestId is not null && refused.Domain == AgentException.AgentDomain)
        {
            // An outcome is told without a lease, whoever has the phone; should the restore not have been carried out, the agent says that it takes one.
            return LeaseHold.None(invocation.Cancellation);
        }
    }

    private static async Task<ExitCode> RunAsync(
        Invocation invocation, RestoreOrder order, Device device, LeaseHold hold, bool asks, string spc, string password)
    {
        Screen screen = invocation.Screen;
        IReadOnlyList<SlotSource> sources = await SourceOfNumber.ResolveAsync(invocation, order).ConfigureAwait(false);

        // A question shows the numbers in full, because a person has to compare them.
        bool reveal = order.Reveal || asks;
        IReadOnlyList<ImeiSlot> now = order.RequestId is null
            ? await ReadAsync(invocation, device, sources, reveal).ConfigureAwait(false)
            : [];
        WriteImeiRequest request = Request(order, device, sources);
        request.Spc = spc;
        request.SecurityPassword = password;
        request.FencingToken = hold.Token;
        AskingAgain again = new(request, sources, order.FromOneBackup);

        if (order.RequestId is not null)
        {
            if (asks)
                await hold.WhileHeldAsync(ct => Confirmation.AskAgainAsync(invocation, device, request, sources, ct)).ConfigureAwait(false);
            return await WriteRun.RunAsync(invocation, request, again).ConfigureAwait(false);
        }

        WriteReceipt plan;
        try
        {
            plan = await invocation.Client.PlanWriteAsync(request, reveal, invocation.Cancellation).ConfigureAwait(false);
        }
        catch (AgentException refusal)
        {
            ExitCode code = Failures.Report(screen, refusal);
            again.ToHaveItApproved(screen, refusal);
            return code;
        }

        if (order.DryRun || plan.Outcome == WriteOutcome.Unchanged)
        {
            if (screen.Json)
            {
                screen.Message(new WriteImeiResponse { Receipt = plan });
                return ExitCode.Ok;
            }
            ReceiptPrinter.Plan(device, now, plan, cell => screen.Line(cell));
            ReceiptPrinter.PlanIsAll(plan, cell => screen.Line(cell));
            return ExitCode.Ok;
        }

        if (asks || !screen.Json)
            ReceiptPrinter.Plan(device, now, plan, cell => screen.Say(cell));
        if (asks)
            await hold.WhileHeldAsync(ct => Confirmation.AskAsync(invocation, plan, ct)).ConfigureAwait(false);
        return await WriteRun.RunAsync(invocation, request, again).ConfigureAwait(false);
    }

    // An earlier outcome can be asked for without the phone: an agent that was started since may not have met it.
    private static async Task<Device> FindAsync(Invocation invocation, RestoreOrder order)
    {
        try
        {
            GetDeviceRequest asked = new() { Device = invocation.Device };
            return (await invocation.Client.GetDeviceAsync(asked, invocation.Cancellation).ConfigureAwait(false)).Device;
        }
        catch (AgentException fault) when (fault.Code == ErrorReason.DeviceNotFound && order.RequestId is not null && invocation.Device.Length > 0)
        {
            return new Device { Name = Names.Device(invocation.Device) };
        }
    }

    // What the slots hold, whose etags the restore then carries: it is refused when they hold something else by then.
    private static async Task<IReadOnlyList<ImeiSlot>> ReadAsync(
        Invocation invocation, Device device, IReadOnlyList<SlotSource> sources, bool reveal)
    {
        ReadImeiRequest question = new() { Device = device.Name, RevealImei = reveal };
        ReadImeiResponse answer = await invocation.Client.ReadImeiAsync(question, invocation.Cancellation).ConfigureAwait(false);
        foreach (SlotSource source in sources)
            source.Etag = answer.Slots.FirstOrDefault(slot => slot.Slot == source.Slot)?.Etag ?? "";
        return answer.Slots;
    }

    private static WriteImeiRequest Request(RestoreOrder order, Device device, IReadOnlyList<SlotSource> sources)
    {
        WriteImeiRequest request = new()
        {
            Device = device.Name,
            Reason = order.Reason,
            Evidence = order.Evidence,
            RequestId = order.RequestId ?? Guid.NewGuid().ToString(),
            NoRestart = order.NoRestart,
            RevealImei = order.Reveal,
        };
        if (sources is not [var one])
        {
            request.Slots.AddRange(sources);
            return request;
        }
        // One slot in the form that agents of the first contract know too.
        (request.Slot, request.Etag, request.SnapshotSlot) = (one.Slot, one.Etag, one.SnapshotSlot);
        if (one.Label.Length > 0)
            request.Label = one.Label;
        else
            request.Snapshot = one.Snapshot;
        return request;
    }
}
