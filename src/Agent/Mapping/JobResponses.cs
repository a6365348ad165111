using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using JobState = ImeiAgent.V1.JobState;

namespace ImeiAgent.Agent.Mapping;

/// <summary>What jobs tell, in the words of the contract.</summary>
internal static class JobResponses
{
    // All who watch at the moment are sent the same message, which is made once; nobody changes it.
    private static readonly ConditionalWeakTable<SpooledBatch, ReadBatch> s_whole = [];
    private static readonly ConditionalWeakTable<SpooledBatch, ReadBatch> s_folded = [];
    private static readonly ConditionalWeakTable<SpooledBatch, ReadBatch> s_present = [];

    /// <summary>An event for a reader of a range; null for one that the contract does not tell there.</summary>
    public static ReadRangeResponse? ToReadResponse(this DumpEvent told) => told switch
    {
        DumpHeader header => new ReadRangeResponse { Header = ToProto(header) },
        DumpBatch batch => new ReadRangeResponse { Batch = ToProto(batch) },
        DumpProgress progress => new ReadRangeResponse { Progress = ToProto(progress) },
        DumpSummary summary => new ReadRangeResponse { Summary = ToProto(summary) },
        DumpStateChanged => null,
        _ => throw new ArgumentOutOfRangeException(nameof(told), told.GetType().Name, "The contract has no such event."),
    };

    /// <summary>An event for a watcher of a job.</summary>
    public static WatchJobResponse ToWatchResponse(this DumpEvent told) => told switch
    {
        DumpHeader header => new WatchJobResponse { Header = ToProto(header) },
        DumpBatch batch => new WatchJobResponse { Batch = ToProto(batch) },
        DumpProgress progress => new WatchJobResponse { Progress = ToProto(progress) },
        DumpSummary summary => new WatchJobResponse { Summary = ToProto(summary) },
        DumpStateChanged changed => new WatchJobResponse { Job = changed.Job.ToProto() },
        _ => throw new ArgumentOutOfRangeException(nameof(told), told.GetType().Name, "The contract has no such event."),
    };

    public static Job ToProto(this JobView job)
    {
        var proto = new Job
        {
            Name = job.Name,
            State = (JobState)job.State,
            Device = job.Device,
            Identity = job.Identity.ToProto(reveal: false),
            Slots = { job.Slots.Select(slot => (uint)slot) },
            Quick = job.Quick,
            Operator = job.Operator,
            CreateTime = job.CreatedAt.ToTimestamp(),
            EndTime = job.EndedAt?.ToTimestamp(),
            Progress = ToProto(job.Progress),
            LastSequence = (ulong)job.Progress.Sequence,
            Hint = job.Hint,
            WaitUntil = job.WaitUntil?.ToTimestamp(),
            Notes = { job.Notes },
            ErrorReason = job.Error?.Error.Name() ?? "",
            ErrorMessage = job.Error?.Message ?? "",
            Traceparent = job.Traceparent,
        };
        if (job.Summary is { } summary)
            proto.Summary = ToProto(summary);
        return proto;
    }

    public static Skip ToProto(this SkipView skip) => new()
    {
        Model = skip.Item.Model,
        Slot = skip.Item.Slot,
        Item = skip.Item.Item.Number,
        Reason = skip.Item.Reason,
        Operator = skip.Item.Operator,
        Build = skip.Item.Build,
        CreateTime = skip.Item.Since.ToTimestamp(),
    };

    private static ReadHeader ToProto(DumpHeader header) => new()
    {
        Device = header.Phone.ToProto(reveal: false),
        Total = (uint)header.Total,
        Notes = { header.Notes },
        Job = header.Job,
        Shared = header.Shared,
    };

    private static ReadBatch ToProto(DumpBatch batch) =>
        (batch.SkipAbsent ? s_present : batch.FoldAbsent ? s_folded : s_whole).GetValue(batch.Batch, _ =>
        {
            var proto = new ReadBatch { Sequence = (ulong)batch.Sequence };
            NvReading? last = null;
            foreach (NvReading reading in batch.Items)
            {
                if (batch.FoldAbsent && last is { } before && reading.IsAbsent && GoesOn(before, reading))
                    proto.Items[^1].Further++;
                else
                    proto.Items.Add(reading.ToProto(reveal: false));
                last = reading;
            }
            return proto;
        });

    // The next number, answered alike.
    private static bool GoesOn(NvReading before, NvReading reading) =>
        reading.Item.Number == before.Item.Number + 1 && (reading.Slot, reading.Outcome, reading.Code) == (before.Slot, before.Outcome, before.Code);

    private static ReadProgress ToProto(DumpProgress progress) => new()
    {
        Done = (uint)progress.Done,
        Total = (uint)progress.Total,
        Active = (uint)progress.Active,
        ItemsPerSecond = progress.ItemsPerSecond,
        Remaining = progress.Remaining?.ToDuration(),
        Slot = (uint)progress.Slot,
        Window = (uint)progress.Window,
        Sequence = (ulong)progress.Sequence,
    };

    private static ReadSummary ToProto(DumpSummary summary) => new()
    {
        Total = (uint)summary.Total,
        Active = (uint)summary.Active,
        Absent = (uint)summary.Absent,
        Failed = (uint)summary.Failed,
        Skipped = (uint)summary.Skipped,
        Sha256 = summary.Sha256,
        Duration = summary.Duration.ToDuration(),
        Snapshot = summary.Snapshot,
    };
}
