using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

// Sends the restore, shows its phases and its receipt, and never calls done or failed what is not known.
internal static class WriteRun
{
    public static async Task<ExitCode> RunAsync(Invocation invocation, WriteImeiRequest request)
    {
        Screen screen = invocation.Screen;
        WritePhase reached = WritePhase.Unspecified;
        WriteReceipt? receipt = null;
        AgentException? fault = null;
        try
        {
            await foreach (WriteImeiResponse message in
                invocation.Client.WriteImeiToTheEndAsync(request, invocation.Cancellation).ConfigureAwait(false))
            {
                if (screen.Json)
                    screen.Message(message);
                else if (message.Progress is { } step)
                    screen.Note(step.Detail.Length > 0 ? $"✓ {step.Detail}" : $"✓ {Words.For(step.Phase)}");
                else if (message.Receipt is { } last)
                    ReceiptPrinter.Receipt(last, cell => screen.Line(cell));
                reached = message.Progress?.Phase ?? reached;
                receipt = message.Receipt ?? receipt;
            }
        }
        catch (AgentException refused)
        {
            fault = refused;
        }
        catch (OperationCanceledException) when (invocation.Cancellation.IsCancellationRequested && receipt is null)
        {
            TellHowToAskAgain(screen, request, "Stopped watching. A restore that has begun runs to its end in the agent.");
            return ExitCode.OutcomeUnknown;
        }

        ExitCode said = fault is null ? ExitCode.Ok : Failures.Report(screen, fault);
        ExitCode code = receipt is null ? WithoutReceipt(reached, fault, said, request) : FromReceipt(receipt.Outcome, said);
        if (code == ExitCode.OutcomeUnknown)
            TellHowToAskAgain(screen, request, "The outcome is not known: the phone may hold the old or the new value.");
        return code;
    }

    // The receipt says what the phone holds; only for a refusal the reason decides further.
    private static ExitCode FromReceipt(WriteOutcome outcome, ExitCode said) => outcome switch
    {
        WriteOutcome.Applied or WriteOutcome.Unchanged => ExitCode.Ok,
        WriteOutcome.RolledBack => ExitCode.RolledBack,
        WriteOutcome.Refused => said == ExitCode.Ok ? ExitCode.Refused : said,
        _ => ExitCode.OutcomeUnknown,
    };

    // Once the intent was on disk bytes may have been sent: without a receipt only the agent's own word settles it.
    private static ExitCode WithoutReceipt(WritePhase reached, AgentException? fault, ExitCode said, WriteImeiRequest request) =>
        fault is null ? throw new InvalidOperationException($"request {request.RequestId} ended without receipt and without error")
        : reached >= WritePhase.Intent && said != ExitCode.RolledBack ? ExitCode.OutcomeUnknown
        : said;

    private static void TellHowToAskAgain(Screen screen, WriteImeiRequest request, string why)
    {
        if (screen.Json)
        {
            Dictionary<string, string> fields = new() { ["request_id"] = request.RequestId, ["etag"] = request.Etag, ["device"] = request.Device };
            if (request.Snapshot.Length > 0)
                fields["snapshot"] = request.Snapshot;
            screen.Error(why, Json.Error(Grpc.Core.StatusCode.Unknown, why, "OUTCOME_UNKNOWN", fields));
            return;
        }
        screen.Say(why);
        screen.Say($"request id  {request.RequestId}");
        screen.Say("To learn the outcome, give the same command again with: "
            + $"-d {Names.Short(request.Device)} --request-id {request.RequestId}"
            + (request.Etag.Length > 0 ? $" --etag {request.Etag}" : "")
            + (request.Snapshot.Length > 0 ? $" --from {Names.Short(request.Snapshot)}" : ""));
    }
}
