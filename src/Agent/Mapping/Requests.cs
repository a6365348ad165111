using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Mapping;

/// <summary>What clients ask, in the words of the operations.</summary>
internal static class Requests
{
    public static DumpRequest ToDomain(this ReadRangeRequest request, Caller caller) => new()
    {
        Device = request.Device,
        Ranges = ToDomain(request.Ranges),
        Slots = request.Slots.ToDomain(),
        SaveSnapshot = request.SaveSnapshot,
        SkipUnreachableSlots = request.SkipUnreachableSlots,
        By = caller,
    };

    public static DumpRequest ToDomain(this StartDumpRequest request, Caller caller) => new()
    {
        Device = request.Device,
        Ranges = ToDomain(request.Ranges),
        Slots = request.Slots.ToDomain(),
        SaveSnapshot = request.SaveSnapshot,
        SkipUnreachableSlots = request.SkipUnreachableSlots,
        Quick = request.Quick,
        WaitLimit = request.WaitLimit?.OrInvalid("wait_limit"),
        By = caller,
    };

    public static WatchRequest ToDomain(this WatchJobRequest request) => new()
    {
        FromSequence = (long)Math.Min(request.FromSequence, long.MaxValue),
        FromNow = request.FromNow,
        SkipAbsent = request.SkipAbsent,
        FoldAbsent = request.FoldAbsent,
        OmitItems = request.OmitItems,
    };

    public static RestoreRequest ToDomain(this WriteImeiRequest request, Caller caller) => new()
    {
        Device = request.Device,
        Slots = request.Slots.Count == 0 ? [OneSlot(request)] : BothSlots(request),
        Reason = request.Reason,
        Evidence = request.Evidence,
        RequestId = request.RequestId,
        ValidateOnly = request.ValidateOnly,
        Restart = !request.NoRestart,
        Spc = request.Spc,
        Password = request.SecurityPassword,
        By = caller,
        FencingToken = (long)Math.Min(request.FencingToken, long.MaxValue),
    };

    public static SettleRequest ToDomain(this SettleJournalEntryRequest request, Caller caller) => new()
    {
        Name = request.Name,
        Reason = request.Reason,
        ByHand = request.ByHand,
        Spc = request.Spc,
        Password = request.SecurityPassword,
        By = caller,
    };

    /// <summary>A length of time as clients give it.</summary>
    public static TimeSpan OrInvalid(this Google.Protobuf.WellKnownTypes.Duration duration, string field)
    {
        try
        {
            return duration.ToTimeSpan();
        }
        catch (InvalidOperationException)
        {
            throw Invalid(field, "it is no length of time: seconds and nanos must have one sign and nanos stay below a second.");
        }
    }

    /// <summary>A moment as clients give it.</summary>
    public static DateTimeOffset OrInvalid(this Google.Protobuf.WellKnownTypes.Timestamp moment, string field)
    {
        try
        {
            return moment.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw Invalid(field, "it is no moment: the years 1 to 9999 are expected.");
        }
    }

    /// <summary>A slot as clients give it: 0 means the first.</summary>
    public static int OrFirst(this uint slot) => slot == 0 ? 1 : Bounded(slot);

    /// <summary>Slots as clients give them.</summary>
    public static int[] ToDomain(this IEnumerable<uint> slots) => [.. slots.Select(Bounded)];

    /// <summary>Lets only the one format pass that this version knows.</summary>
    public static void RequireText(this SnapshotFormat format)
    {
        if (format != SnapshotFormat.NvText)
            throw Invalid("format", "SNAPSHOT_FORMAT_NV_TEXT is expected; this agent knows no other.");
    }

    public static OperationException Invalid(string field, string what) =>
        new(OperationError.ArgumentInvalid, $"{field}: {what}") { Fields = new Dictionary<string, string> { ["field"] = field } };

    private static SlotOrder OneSlot(WriteImeiRequest request) => new()
    {
        Slot = request.Slot.OrFirst(),
        Label = request.SourceCase == WriteImeiRequest.SourceOneofCase.Label ? request.Label : null,
        Snapshot = request.SourceCase == WriteImeiRequest.SourceOneofCase.Snapshot ? request.Snapshot : null,
        SnapshotSlot = Bounded(request.SnapshotSlot),
        Etag = request.Etag,
    };

    private static SlotOrder[] BothSlots(WriteImeiRequest request) =>
        request.Slot != 0 || request.SourceCase != WriteImeiRequest.SourceOneofCase.None || request.SnapshotSlot != 0 || request.Etag.Length > 0
            ? throw Invalid("slots", "when slots are given, slot, label, snapshot, snapshot_slot and etag stay empty.")
            : [.. request.Slots.Select(s => new SlotOrder
            {
                Slot = Bounded(s.Slot),
                Label = s.SourceCase == SlotSource.SourceOneofCase.Label ? s.Label : null,
                Snapshot = s.SourceCase == SlotSource.SourceOneofCase.Snapshot ? s.Snapshot : null,
                SnapshotSlot = Bounded(s.SnapshotSlot),
                Etag = s.Etag,
            })];

    private static ItemRange[] ToDomain(IEnumerable<NvRange> ranges) => [.. ranges.Select(r => new ItemRange(Bounded(r.First), Bounded(r.Last)))];

    // What does not fit into an int is out of every range here; it stays so.
    private static int Bounded(uint value) => (int)Math.Min(value, int.MaxValue);
}
