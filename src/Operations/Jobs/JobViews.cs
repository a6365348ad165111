using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What is told of a job, made from its row.</summary>
internal static class JobViews
{
    /// <summary>A job of which nothing but its row is left.</summary>
    public static JobView Of(JobRow row) => Of(row, JobOrder.Parse(row.Request));

    public static JobView Of(JobRow row, JobOrder order) => new(
        JobNames.Full(row.Name), row.State, row.Device, row.Identity, [.. order.Slots.Select(part => part.Slot)], order.Quick, row.Operator,
        row.CreatedAt, row.EndedAt, Progress(row, order.Slots[^1].Slot, 0, 0), Hint: "", WaitUntil: null, row.Notes, Summary(row), Error(row))
    {
        Traceparent = row.Traceparent,
    };

    /// <summary>How far a job has come.</summary>
    public static DumpProgress Progress(JobRow row, DumpPlan plan, double rate, int window) =>
        Progress(row, plan[Math.Min(row.Tally.Done, plan.Total - 1)].Slot, rate, window);

    private static DumpProgress Progress(JobRow row, int slot, double rate, int window)
    {
        TimeSpan? remaining = rate > 0 ? TimeSpan.FromSeconds((row.Total - row.Tally.Done) / rate) : null;
        return new DumpProgress(row.Tally.Done, row.Total, row.Tally.Active, rate, remaining, slot, window, row.LastSequence);
    }

    private static DumpSummary? Summary(JobRow row)
    {
        if (row.State != JobState.Succeeded)
            return null;
        JobTally tally = row.Tally;
        int failed = tally.Done - tally.Active - tally.Absent - tally.Skipped;
        return new DumpSummary(
            row.Total, tally.Active, tally.Absent, failed, tally.Skipped, row.Sha256, row.Reading, SnapshotNames.Full(row.Snapshot));
    }

    private static OperationException? Error(JobRow row) =>
        row.ErrorReason.Length == 0 ? null : new OperationException(OperationErrors.Parse(row.ErrorReason), row.ErrorMessage);
}
