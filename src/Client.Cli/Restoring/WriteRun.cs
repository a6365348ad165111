using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

// Sends the restore, shows its phases and its receipt, and never calls done or failed what is not known.
internal static class WriteRun
{
    public static async Task<ExitCode> RunAsync(Invocation invocation, WriteImeiRequest request, AskingAgain again)
    {
        Screen screen = invocation.Screen;
        bool mayBeSent = false;
        WriteReceipt? receipt = null;
        AgentException? fault = null;
        try
        {
            await foreach (WriteImeiResponse message in
                invocation.Client.WriteImeiToTheEndAsync(request, onLost: null, invocation.Cancellation).ConfigureAwait(false))
            {
                if (screen.Json)
                    screen.Message(message);
                else if (message.Progress is { } step)
                    screen.Note(step.Detail.Length > 0 ? $"- {step.Detail}" : $"- {Words.For(step.Phase)}");
                else if (message.Receipt is { } last)
                    ReceiptPrinter.Receipt(last, cell => screen.Line(cell));
                mayBeSent |= message.Progress?.Phase.IsAtLeast(WritePhase.Intent) == true;
                receipt = message.Receipt ?? receipt;
            }
        }
        catch (AgentException refused)
        {
            fault = refused;
        }
        catch (OperationCanceledException) when (invocation.Cancellation.IsCancellationRequested && receipt is null)
        {
            again.ToLearnTheOutcome(screen, "Stopped watching. A restore that has begun runs to its end in the agent.");
            return ExitCode.OutcomeUnknown;
        }

        ExitCode said = fault is null ? ExitCode.Ok : Failures.Report(screen, fault);
        ExitCode code = receipt is null ? WithoutReceipt(mayBeSent, fault, said, request) : FromReceipt(receipt.Outcome, said);
        // A row that is closed will never tell more.
        if (code == ExitCode.OutcomeUnknown && receipt is not { Sha256.Length: > 0 })
            again.ToLearnTheOutcome(screen, "The outcome is not known: the phone may hold the old or the new value.");
        else if (fault is not null)
            again.ToHaveItApproved(screen, fault);
        return code;
    }

    // The receipt says what the phone holds; only for a refusal the reason decides further.
    private static ExitCode FromReceipt(WriteOutcome outcome, ExitCode said) => outcome switch
    {
        WriteOutcome.Applied or WriteOutcome.Unchanged => ExitCode.Ok,
        WriteOutcome.RolledBack or WriteOutcome.AppliedNotInEffect => ExitCode.RolledBack,
        WriteOutcome.Refused => said == ExitCode.Ok ? ExitCode.Refused : said,
        _ => ExitCode.OutcomeUnknown,
    };

    // Once the intent was on disk bytes may have been sent: without a receipt only the agent's own word settles it.
    private static ExitCode WithoutReceipt(bool mayBeSent, AgentException? fault, ExitCode said, WriteImeiRequest request) =>
        fault is null ? throw new InvalidOperationException($"request {request.RequestId} ended without receipt and without error")
        : mayBeSent && said != ExitCode.RolledBack ? ExitCode.OutcomeUnknown
        : said;
}
