using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

// The question before a write. Typing digits of the number makes a person look at it, which "y" does not.
internal static class Confirmation
{
    private const int Asked = 4;

    /// <summary>Asks for the digits of each number.</summary>
    /// <exception cref="CliException">An answer was another: nothing is written.</exception>
    public static async Task AskAsync(Invocation invocation, WriteReceipt plan, CancellationToken cancellation)
    {
        IReadOnlyList<SlotReceipt> slots = plan.EverySlot;
        foreach (SlotReceipt slot in slots)
        {
            string last = slot.NewImei.Length > Asked ? slot.NewImei[^Asked..] : "";
            string of = slots.Count > 1 ? $" of SIM {slot.Slot}" : "";
            await (last.Length == Asked && last.All(char.IsAsciiDigit)
                ? AskForAsync(invocation, last, $"Type the last four digits of the new IMEI{of} to write it, or anything else to stop: ", cancellation)
                : AskForAsync(invocation, "yes", $"Type yes to write it{of}, or anything else to stop: ", cancellation)).ConfigureAwait(false);
        }
    }

    /// <exception cref="CliException">The answer was another: nothing is asked of the agent.</exception>
    public static Task AskAgainAsync(
        Invocation invocation, Device device, WriteImeiRequest request, IReadOnlyList<SlotSource> sources, CancellationToken cancellation)
    {
        Screen screen = invocation.Screen;
        screen.Say($"Asks for the outcome of request {request.RequestId} on {Names.Short(device.Name)}:");
        foreach (SlotSource source in sources)
            screen.Say($"SIM {source.Slot}       {(source.Label.Length > 0 ? $"label {source.Label}" : $"number of snapshot {Names.Short(source.Snapshot)}")}");
        screen.Say("If the agent has not carried it out, as one that waited for approval, it is carried out now.");
        return AskForAsync(invocation, "yes", "Type yes to go on, or anything else to stop: ", cancellation);
    }

    private static async Task AskForAsync(Invocation invocation, string expected, string question, CancellationToken cancellation)
    {
        invocation.Screen.Ask(question);
        string? answer = await invocation.Terminal.ReadLineAsync(cancellation).ConfigureAwait(false);
        if (answer?.Trim() != expected)
            throw new CliException(ExitCode.Cancelled, "NOT_CONFIRMED", "not confirmed: nothing was written");
    }
}
