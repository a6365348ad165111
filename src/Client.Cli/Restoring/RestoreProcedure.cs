using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

// The restore as a person goes through it: find the phone, find the number, see the plan, say yes, watch, get the receipt.
internal static class RestoreProcedure
{
    public static async Task<ExitCode> RunAsync(Invocation invocation, RestoreOrder order)
    {
        AgentClient client = invocation.Client;
        bool asks = !order.DryRun && !order.Yes;
        if (asks && !invocation.Terminal.InIsTerminal)
            throw new CliException(ExitCode.Usage, "CONFIRMATION_IMPOSSIBLE",
                "a restore asks for confirmation and standard input is no terminal: nothing was done. --yes confirms, --dry-run only checks.");
        string spc = await SpcSource.ReadAsync(invocation, order.Spc).ConfigureAwait(false);

        // From here the phone goes by its full name: a second one that is plugged in meanwhile cannot take its place.
        Device device = await FindAsync(invocation, order).ConfigureAwait(false);

        WriteImeiRequest request = new()
        {
            Device = device.Name,
            Slot = order.Slot,
            Reason = order.Reason,
            RequestId = order.RequestId ?? Guid.NewGuid().ToString(),
            Etag = order.Etag,
            Spc = spc,
            RevealImei = order.Reveal,
        };
        await SourceOfNumber.FillInAsync(invocation, order, request).ConfigureAwait(false);

        if (order.RequestId is not null)
        {
            if (asks)
                await Confirmation.AskAgainAsync(invocation, device, request).ConfigureAwait(false);
            return await WriteRun.RunAsync(invocation, request).ConfigureAwait(false);
        }

        // A question shows the numbers in full, because a person has to compare them.
        bool reveal = order.Reveal || asks;
        ReadImeiResponse before = await client.ReadImeiAsync(
            new ReadImeiRequest { Device = device.Name, RevealImei = reveal }, invocation.Cancellation).ConfigureAwait(false);
        ImeiSlot slot = before.Slots.FirstOrDefault(slot => slot.Slot == order.Slot) ?? new ImeiSlot { Slot = order.Slot };
        request.Etag = slot.Etag;

        WriteReceipt plan = await PlanAsync(invocation, request, reveal).ConfigureAwait(false);
        if (order.DryRun || plan.Outcome == WriteOutcome.Unchanged)
        {
            if (invocation.Screen.Json)
            {
                invocation.Screen.Message(new WriteImeiResponse { Receipt = plan });
                return ExitCode.Ok;
            }
            ReceiptPrinter.Plan(device, slot, plan, cell => invocation.Screen.Line(cell));
            ReceiptPrinter.PlanIsAll(plan, cell => invocation.Screen.Line(cell));
            return ExitCode.Ok;
        }

        if (asks || !invocation.Screen.Json)
            ReceiptPrinter.Plan(device, slot, plan, cell => invocation.Screen.Say(cell));
        if (asks)
            await Confirmation.AskAsync(invocation, plan).ConfigureAwait(false);
        return await WriteRun.RunAsync(invocation, request).ConfigureAwait(false);
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

    // The same request as the write will be, but for its id and the code, which a check has no use for.
    private static async Task<WriteReceipt> PlanAsync(Invocation invocation, WriteImeiRequest request, bool reveal)
    {
        WriteImeiRequest question = new(request)
        {
            RequestId = Guid.NewGuid().ToString(),
            ValidateOnly = true,
            RevealImei = reveal,
            Spc = "",
        };
        WriteReceipt? plan = null;
        await foreach (WriteImeiResponse message in invocation.Client.WriteImeiAsync(question, invocation.Cancellation).ConfigureAwait(false))
            plan = message.Receipt ?? plan;
        return plan?.Outcome is WriteOutcome.Validated or WriteOutcome.Unchanged
            ? plan
            : throw new CliException(ExitCode.Internal, "NO_PLAN", "the agent did not say what would be written; nothing was done");
    }
}
