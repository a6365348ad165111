using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

// The question before a write. Typing digits of the number makes a person look at it, which "y" does not.
internal static class Confirmation
{
    private const int Asked = 4;

    /// <exception cref="CliException">The answer was another: nothing is written.</exception>
    public static Task AskAsync(Invocation invocation, WriteReceipt plan)
    {
        string last = plan.NewImei.Length > Asked ? plan.NewImei[^Asked..] : "";
        return last.Length == Asked && last.All(char.IsAsciiDigit)
            ? AskForAsync(invocation, last, "Type the last four digits of the new IMEI to write it, or anything else to stop: ")
            : AskForAsync(invocation, "yes", "Type yes to write it, or anything else to stop: ");
    }

    /// <exception cref="CliException">The answer was another: nothing is asked of the agent.</exception>
    public static Task AskAgainAsync(Invocation invocation, Device device, WriteImeiRequest request)
    {
        invocation.Screen.Say($"Asks for the outcome of request {request.RequestId} on {Names.Short(device.Name)}, SIM {request.Slot}.");
        invocation.Screen.Say("If the agent never received it, it is carried out now.");
        return AskForAsync(invocation, "yes", "Type yes to go on, or anything else to stop: ");
    }

    private static async Task AskForAsync(Invocation invocation, string expected, string question)
    {
        invocation.Screen.Ask(question);
        string? answer = await invocation.Terminal.ReadLineAsync(invocation.Cancellation).ConfigureAwait(false);
        if (answer?.Trim() != expected)
            throw new CliException(ExitCode.Cancelled, "NOT_CONFIRMED", "not confirmed: nothing was written");
    }
}
