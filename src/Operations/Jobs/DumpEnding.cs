using System.Diagnostics;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>How a dump ends: what of it is kept, and what is said of it. All that was read is on the disk before.</summary>
/// <param name="row">The job.</param>
/// <param name="order">What it reads.</param>
/// <param name="plan">The items.</param>
/// <param name="spool">What it has read.</param>
/// <param name="record">Its row.</param>
/// <param name="trace">Its spans.</param>
/// <param name="vault">Where it is kept.</param>
internal sealed class DumpEnding(JobRow row, JobOrder order, DumpPlan plan, Spool spool, JobRecord record, DumpTrace trace, VaultFile vault)
{
    /// <summary>Everything was read.</summary>
    /// <param name="isSurelyTheSame">Whether the phone told once more who it is.</param>
    public void Succeed(bool isSurelyTheSame)
    {
        Activity? keeping = trace.Keeping();
        try
        {
            Succeed(isSurelyTheSame, Content(), keeping);
        }
        finally
        {
            keeping.End();
        }
    }

    private void Succeed(bool isSurelyTheSame, SnapshotContent content, Activity? keeping)
    {
        JobTally tally = spool.Durable.Tally;
        int failed = tally.Done - tally.Active - tally.Absent - tally.Skipped;
        List<string> notes = [];
        if (failed > 0)
            notes.Add($"{failed} {(failed == 1 ? "item" : "items")} could not be read: this snapshot is not complete.");
        if (tally.Skipped > 0)
            notes.Add($"{tally.Skipped} {(tally.Skipped == 1 ? "item was" : "items were")} skipped, because phones of this model do not survive the read.");
        if (!isSurelyTheSame)
            notes.Add("The phone left before it could be asked once more who it is.");
        keeping?.SetTag("imeiagent.snapshot.bytes", content.Canonical.Length);
        End(JobState.Succeeded, null, notes, content.Sha256, order.SaveSnapshot ? content : null);
    }

    /// <summary>It was cancelled; what was read is not kept as a snapshot.</summary>
    public void Cancel() => End(JobState.Cancelled, Faults.JobCancelled(JobNames.Full(row.Name)), []);

    /// <summary>What was read before a failure is kept and says that it is not all; not when it is of two phones.</summary>
    /// <param name="reason">What it failed of.</param>
    public void Fail(OperationException reason)
    {
        JobTally tally = spool.Durable.Tally;
        bool ofOnePhone = reason.Error != OperationError.DumpSourceChanged || tally.Done < plan.Total;
        if (order.SaveSnapshot && tally.Done > 0 && ofOnePhone)
            End(JobState.Failed, reason, [$"Not complete: {tally.Done} of {plan.Total} items were read. {reason.Message}"], snapshot: Content());
        else
            End(JobState.Failed, reason, []);
    }

    private void End(JobState state, OperationException? error, IReadOnlyList<string> notes, string sha256 = "", SnapshotContent? snapshot = null)
    {
        record.End(state, error, notes, sha256, snapshot);
        trace.Ended(state, error);
    }

    /// <summary>The canonical content of what is on the disk, the batches of earlier runs included.</summary>
    private SnapshotContent Content()
    {
        var content = new SnapshotBuilder();
        for (long sequence = 1; sequence <= spool.Durable.Sequence; sequence++)
            content.AddRecords(vault.Jobs.Batch(row.Id, sequence) ?? throw new InvalidDataException($"Batch {sequence} of {JobNames.Full(row.Name)} is missing."));
        return content.Build();
    }
}
