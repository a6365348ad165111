using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Unit.Client;

// Messages as a real agent would send them.
internal static class Samples
{
    public const string PhoneName = "devices/sm-g991u-3f2a";
    public const string JobName = "jobs/20261123-7c1d02";
    public const string Number = "356938035643809";
    public const string Masked = "35693803*****09";
    public const string Number2 = "490154203237518";
    public const string Masked2 = "49015420*****18";
    public const string Etag = "etag-of-slot-1";

    // 3GPP TS 24.008 10.5.1.4 packing: length 8, first digit over the odd/type nibble, then swapped pairs.
    public static readonly byte[] NumberBytes = [0x08, 0x3A, 0x65, 0x39, 0x08, 0x53, 0x46, 0x83, 0x90];

    public static Device Phone() => new()
    {
        Name = PhoneName,
        Port = "/dev/ttyUSB0",
        State = DeviceState.Ready,
        Identity = new PhoneIdentity { Model = "SM-G991U", Build = "MPSS.HI.4.0-01234" },
        ImeiSlots =
        {
            new ImeiSlot { Slot = 1, State = ImeiSlotState.Blank, Etag = Etag },
            new ImeiSlot { Slot = 2, State = ImeiSlotState.Ok, Imei = "49015420*****18", Etag = "etag-of-slot-2" },
        },
    };

    public static ReadImeiResponse BlankSlots() => new() { Slots = { Phone().ImeiSlots } };

    public static Snapshot Snapshot(params uint[] slots) => new()
    {
        Name = "snapshots/20261123-3f2a9c",
        CreateTime = new DateTime(2026, 11, 23, 10, 0, 0, DateTimeKind.Utc).ToTimestamp(),
        Origin = SnapshotOrigin.Read,
        Device = PhoneName,
        Items = 65536,
        Active = 4000,
        Slots = { slots.Length == 0 ? [1u] : slots },
    };

    public static WriteReceipt Receipt(WriteImeiRequest request, WriteOutcome outcome) => new()
    {
        Device = PhoneName,
        Slot = request.Slots.Count > 0 ? request.Slots[0].Slot : Math.Max(1, request.Slot),
        Slots = { request.Slots.Select(slot => Slot(slot.Slot, request.RevealImei)) },
        Outcome = outcome,
        OldState = ImeiSlotState.Blank,
        NewImei = request.RevealImei ? Number : Masked,
        NewBytes = request.RevealImei ? ByteString.CopyFrom(NumberBytes) : ByteString.Empty,
        Reason = request.Reason,
        Evidence = request.Evidence,
        RequestId = request.RequestId,
        Journal = request.ValidateOnly ? "" : "journal/17",
    };

    /// <summary>SIM 1 gets <see cref="Number"/>, SIM 2 <see cref="Number2"/>.</summary>
    public static SlotReceipt Slot(uint slot, bool revealed) => new()
    {
        Slot = slot,
        OldState = ImeiSlotState.Blank,
        NewImei = (slot, revealed) switch { (2, true) => Number2, (2, false) => Masked2, (_, true) => Number, _ => Masked },
    };

    public static WriteImeiResponse Phase(WritePhase phase, string detail = "") => new() { Progress = new WriteProgress { Phase = phase, Detail = detail } };

    /// <summary>A restore that goes well, and the answer to a dry run.</summary>
    public static async Task Applied(WriteImeiRequest request, IServerStreamWriter<WriteImeiResponse> answers, ServerCallContext context)
    {
        await answers.WriteAsync(Phase(WritePhase.Checked));
        if (!request.ValidateOnly)
            foreach (WritePhase phase in (WritePhase[])
                [WritePhase.BackedUp, WritePhase.Intent, WritePhase.Sent, WritePhase.ReadBack, WritePhase.Reset, WritePhase.ReRead, WritePhase.Closed])
                await answers.WriteAsync(Phase(phase));
        WriteOutcome outcome = request.ValidateOnly ? WriteOutcome.Validated : WriteOutcome.Applied;
        await answers.WriteAsync(new WriteImeiResponse { Receipt = Receipt(request, outcome) });
    }

    /// <summary>As <see cref="Applied"/> for a dry run, and <paramref name="write"/> for the write itself.</summary>
    public static Func<WriteImeiRequest, IServerStreamWriter<WriteImeiResponse>, ServerCallContext, Task> PlanThen(
        Func<WriteImeiRequest, IServerStreamWriter<WriteImeiResponse>, ServerCallContext, Task> write) =>
        (request, answers, context) => request.ValidateOnly ? Applied(request, answers, context) : write(request, answers, context);

    /// <summary>A full read of the slots that were asked for.</summary>
    public static async Task FullRead(ReadRangeRequest request, IServerStreamWriter<ReadRangeResponse> answers, ServerCallContext context)
    {
        uint total = 65536 * (uint)request.Slots.Count;
        await answers.WriteAsync(new ReadRangeResponse { Header = new ReadHeader { Device = Phone(), Total = total } });
        await answers.WriteAsync(new ReadRangeResponse { Progress = new ReadProgress { Done = total / 2, Total = total, Active = 9, Slot = 1 } });
        await answers.WriteAsync(new ReadRangeResponse { Summary = Summary(total) });
    }

    /// <summary>What the agent makes of a request for a dump.</summary>
    public static Job Job(StartDumpRequest request) => new()
    {
        Name = JobName,
        State = JobState.Running,
        Device = PhoneName,
        Identity = Phone().Identity,
        Slots = { request.Slots.Count == 0 ? [1u] : request.Slots },
        Quick = request.Quick,
        Operator = "alice",
        CreateTime = new DateTime(2026, 11, 23, 10, 0, 0, DateTimeKind.Utc).ToTimestamp(),
        Progress = new ReadProgress { Total = 65536 },
    };

    /// <summary>A watch of a whole dump of <paramref name="total"/> items.</summary>
    public static Func<WatchJobRequest, IServerStreamWriter<WatchJobResponse>, ServerCallContext, Task> Watch(uint total, uint failed = 0, uint skipped = 0) =>
        async (request, answers, _) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Device = Phone(), Total = total, Job = JobName } });
            await answers.WriteAsync(new WatchJobResponse { Progress = new ReadProgress { Done = total / 2, Total = total, Active = 9, Slot = 1, Window = 8, Sequence = 5 } });
            await answers.WriteAsync(new WatchJobResponse { Summary = Summary(total, failed, skipped) });
        };

    public static ReadSummary Summary(uint total, uint failed = 0, uint skipped = 0) => new()
    {
        Total = total,
        Active = 4000,
        Absent = total - 4000 - failed - skipped,
        Failed = failed,
        Skipped = skipped,
        Sha256 = new string('a', 64),
        Duration = Duration.FromTimeSpan(TimeSpan.FromSeconds(3.5)),
        Snapshot = "snapshots/20261123-3f2a9c",
    };
}
