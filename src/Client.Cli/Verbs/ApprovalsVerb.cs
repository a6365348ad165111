using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei approvals list | grant
internal static class ApprovalsVerb
{
    public static Command Build(Globals globals) =>
        new("approvals", "Restores that need a supervisor's word, as one that would replace a valid IMEI.") { BuildList(globals), BuildGrant(globals) };

    private static Command BuildList(Globals globals)
    {
        Option<bool> all = new("--all") { Description = "Those too that were approved." };
        Command list = new("list", "List what waits for approval, newest first.") { all };
        globals.RefuseDevice(list, "Leave it out: what waits for approval is listed for all phones.");
        globals.Run(list, async invocation =>
        {
            Screen screen = invocation.Screen;
            ListApprovalsRequest request = new() { PendingOnly = !invocation.Parsed.GetValue(all) };
            ListApprovalsResponse answer = await invocation.Client.ListApprovalsAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (screen.Json)
                screen.Message(answer);
            else if (answer.Approvals.Count == 0)
                screen.Note(request.PendingOnly ? "Nothing waits for approval." : "No approvals.");
            else
                screen.Table(["REQUEST ID", "ASKED (UTC)", "BY", "PHONE", "APPROVED BY", "QUESTION"], answer.Approvals.Select(Row));
            if (answer.Approvals.Any(approval => approval.ApprovedBy.Length == 0))
                screen.Note("To approve one: imei approvals grant REQUEST_ID --reason \"why\"");
            return ExitCode.Ok;
        });
        return list;
    }

    private static Command BuildGrant(Globals globals)
    {
        Argument<Guid> id = new("REQUEST_ID")
        {
            Description = "The restore's request id, as imei restore printed it and imei approvals list shows it.",
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out Guid parsed))
                    return parsed;
                result.AddError("REQUEST_ID is a UUID, as imei approvals list shows it: 0f8fad5b-d9cb-469f-a165-70867728950e.");
                return default;
            },
        };
        Option<string> reason = new("--reason") { Description = "Why. Kept with the receipt.", HelpName = "TEXT", Required = true };
        Command grant = new("grant", "Approve one restore. It holds for that restore only, and only while the phone holds what it held when it was asked for.") { id, reason };
        globals.RefuseDevice(grant, "The REQUEST_ID is enough: leave -d out.");
        globals.Run(grant, async invocation =>
        {
            Screen screen = invocation.Screen;
            ApproveWriteRequest request = new() { RequestId = invocation.Parsed.GetRequiredValue(id).ToString(), Reason = invocation.Parsed.GetRequiredValue(reason) };
            ApproveWriteResponse answer = await invocation.Client.ApproveWriteAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (screen.Json)
                screen.Message(answer);
            else
                Print(screen, answer.Approval);
            return ExitCode.Ok;
        });
        return grant;
    }

    private static void Print(Screen screen, Approval approval)
    {
        screen.Line($"approved    {approval.Question}");
        screen.Line($"phone       {Names.Short(approval.Device)}");
        screen.Line($"asked by    {approval.AskedBy}, {JobPrinter.Time(approval.AskTime)} UTC");
        screen.Line($"approved by {approval.ApprovedBy}, {JobPrinter.Time(approval.ApproveTime)} UTC: {approval.Reason}");
        screen.Note($"Nothing is written yet. Next, at the bench: the same imei restore again with --request-id {approval.RequestId}");
    }

    private static Cell[] Row(Approval approval) =>
    [
        approval.RequestId,
        JobPrinter.Time(approval.AskTime),
        approval.AskedBy,
        Names.Short(approval.Device),
        approval.ApprovedBy,
        approval.Question,
    ];
}
