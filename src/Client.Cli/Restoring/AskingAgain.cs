using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

/// <summary>Tells how the same restore is asked for again: to learn its outcome, or when a supervisor has approved it.</summary>
internal sealed class AskingAgain(WriteImeiRequest request, IReadOnlyList<SlotSource> sources, bool fromOneBackup)
{
    /// <summary>The outcome is not known, or nobody watches it any more.</summary>
    public void ToLearnTheOutcome(Screen screen, string why)
    {
        if (screen.Json)
        {
            screen.Error(why, Json.Error(Grpc.Core.StatusCode.Unknown, why, "OUTCOME_UNKNOWN", Fields()));
            return;
        }
        screen.Say(why);
        screen.Say($"request id  {request.RequestId}");
        screen.Say("To learn the outcome, give the same command again with: " + Arguments());
    }

    /// <summary>Says what follows a refusal that a supervisor may lift; nothing for any other.</summary>
    public void ToHaveItApproved(Screen screen, AgentException refusal)
    {
        if (!refusal.Metadata.TryGetValue("approval", out string? id) || id.Length == 0)
            return;
        const string Why = "Nothing was written. A supervisor may approve this restore.";
        if (screen.Json)
        {
            screen.Error(Why, Json.Error(Grpc.Core.StatusCode.FailedPrecondition, Why, "APPROVAL_REQUIRED", Fields()));
            return;
        }
        screen.Say(Why);
        screen.Say($"1. The supervisor:  imei approvals grant {id} --reason \"why\"");
        screen.Say("2. Then here, the same restore command again (without --dry-run) with: " + Arguments());
    }

    private string Arguments()
    {
        string text = $"-d {Names.Short(request.Device)} --request-id {request.RequestId}";
        foreach ((SlotSource source, string suffix) in sources.Zip(["", "2"]))
        {
            if (source.Etag.Length > 0)
                text += $" --etag{suffix} {source.Etag}";
            if (source.Snapshot.Length > 0 && !(fromOneBackup && suffix.Length > 0))
                text += $" --from{suffix} {Names.Short(source.Snapshot)}";
        }
        return text;
    }

    private Dictionary<string, string> Fields()
    {
        Dictionary<string, string> fields = new() { ["request_id"] = request.RequestId, ["device"] = request.Device };
        foreach ((SlotSource source, string suffix) in sources.Zip(["", "2"]))
        {
            fields["etag" + suffix] = source.Etag;
            if (source.Snapshot.Length > 0)
                fields["snapshot" + suffix] = source.Snapshot;
        }
        return fields;
    }
}
