using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using ImeiSlot = ImeiAgent.V1.ImeiSlot;
using ImeiSlotState = ImeiAgent.V1.ImeiSlotState;
using NvItem = ImeiAgent.V1.NvItem;
using NvOutcome = ImeiAgent.V1.NvOutcome;
using PhoneIdentity = ImeiAgent.V1.PhoneIdentity;
using SnapshotOrigin = ImeiAgent.V1.SnapshotOrigin;

namespace ImeiAgent.Agent.Mapping;

/// <summary>What the operations tell, in the words of the contract. IMEIs, and MEIDs that are one, are masked unless a person asked to see them.</summary>
internal static class Responses
{
    public static Device ToProto(this PhoneView phone, bool reveal)
    {
        var device = new Device { Name = phone.Name, Port = phone.Port, State = ToProto(phone.State), Hint = phone.Hint };
        if (phone.Last is { } last)
        {
            device.Identity = last.Identity.ToProto(reveal);
            device.ImeiSlots.AddRange(last.Slots.Select(s => s.ToProto(reveal)));
        }
        return device;
    }

    public static ImeiSlot ToProto(this SlotReading slot, bool reveal) => new()
    {
        Slot = slot.Slot,
        State = ToProto(slot.Content.State),
        Imei = Show(slot.Content.Imei, reveal),
        Etag = slot.Etag,
        PhoneAnswer = slot.PhoneAnswer,
    };

    public static NvItem ToProto(this NvReading reading, bool reveal)
    {
        var item = new NvItem { Item = reading.Item.Number, Slot = reading.Slot, Outcome = (NvOutcome)reading.Outcome };
        if (reading.Outcome == Diag.Nv.NvOutcome.Answered)
            item.Status = reading.Code;
        else
            item.Refusal = reading.Code;
        if (reading.IsActive)
            (item.Data, item.Text) = (ByteString.CopyFrom(reading.Data.Bytes), NvMeaning.Of(reading, reveal));
        return item;
    }

    public static Snapshot ToProto(this SnapshotView snapshot, bool reveal) => new()
    {
        Name = snapshot.Name,
        CreateTime = snapshot.Info.TakenAt.ToTimestamp(),
        Origin = (SnapshotOrigin)snapshot.Info.Origin,
        Device = snapshot.Info.Device,
        Identity = snapshot.Info.Identity.ToProto(reveal),
        Sha256 = snapshot.Info.Sha256,
        Items = (uint)snapshot.Info.Items,
        Active = (uint)snapshot.Info.Active,
        Slots = { snapshot.Info.Slots.Select(s => (uint)s) },
        ImeiSlots = { snapshot.Slots.Select(s => s.ToProto(reveal)) },
        Notes = { snapshot.Info.Notes },
    };

    public static PhoneIdentity ToProto(this Diag.Identity.PhoneIdentity identity, bool reveal) => new()
    {
        Model = identity.Model,
        Build = identity.Build,
        Esn = identity.Esn,
        Meid = reveal ? identity.Meid : Diag.Identity.Meid.Mask(identity.Meid),
        Compiled = identity.Compiled,
    };

    internal static string Show(Diag.Identity.Imei? imei, bool reveal) =>
        imei is { } number ? (reveal ? number.Reveal() : number.ToString()) : "";

    private static DeviceState ToProto(PhoneState state) => state switch
    {
        PhoneState.Probing => DeviceState.Probing,
        PhoneState.Ready => DeviceState.Ready,
        PhoneState.NotDiag => DeviceState.NotDiag,
        PhoneState.Silent => DeviceState.Silent,
        PhoneState.Unavailable => DeviceState.Unavailable,
        PhoneState.Disconnected => DeviceState.Disconnected,
        PhoneState.Unsettled => DeviceState.Unsettled,
        _ => DeviceState.Unspecified,
    };

    public static ImeiSlotState ToProto(this Diag.Identity.ImeiSlotState state) => state switch
    {
        Diag.Identity.ImeiSlotState.Unsupported => ImeiSlotState.Unsupported,
        Diag.Identity.ImeiSlotState.Unreadable => ImeiSlotState.Unreadable,
        Diag.Identity.ImeiSlotState.Blank => ImeiSlotState.Blank,
        Diag.Identity.ImeiSlotState.Generic => ImeiSlotState.Generic,
        Diag.Identity.ImeiSlotState.Invalid => ImeiSlotState.Invalid,
        Diag.Identity.ImeiSlotState.Ok => ImeiSlotState.Ok,
        _ => ImeiSlotState.Unspecified,
    };
}
