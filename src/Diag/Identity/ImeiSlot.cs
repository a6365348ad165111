using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Diag.Identity;

/// <summary>What a phone's IMEI slot holds.</summary>
public enum ImeiSlotState
{
    /// <summary>The phone has no such slot, or offers no way to it.</summary>
    Unsupported,
    /// <summary>The phone failed (busy, no memory) or forbids reading it (locked, wrong mode), so nothing is known of the slot.</summary>
    Unreadable,
    /// <summary>Nothing: never written, erased, or all 00 or FF.</summary>
    Blank,
    /// <summary>A number that firmware shows when it has none (zeros, 004999..., a test range).</summary>
    Generic,
    /// <summary>Bytes that are no IMEI, or digits with a wrong check digit.</summary>
    Invalid,
    /// <summary>A phone's own IMEI, with the Luhn digit or the spare digit 0 as its 15th.</summary>
    Ok,
}

/// <summary>One IMEI slot as it was read.</summary>
/// <param name="State">What it holds.</param>
/// <param name="Imei">The digits, where there are 15; also for generic and some invalid contents.</param>
/// <param name="Reply">How the phone answered: the item, or its refusal.</param>
public readonly record struct ImeiSlot(ImeiSlotState State, Imei? Imei, DiagReply<NvItem> Reply)
{
    /// <summary>Interprets the reply to a read of item 550.</summary>
    public static ImeiSlot Interpret(DiagReply<NvItem> reply)
    {
        if (reply.Refusal is { } refusal)
        {
            bool hasNone = refusal is RefusalCode.BadCommand or RefusalCode.BadParameter or RefusalCode.BadLength or RefusalCode.BadDevice;
            return new ImeiSlot(hasNone ? ImeiSlotState.Unsupported : ImeiSlotState.Unreadable, null, reply);
        }
        NvItem item = reply.Answer;
        return item.Status switch
        {
            NvStatus.Done => Interpret(item.Data, reply),
            NvStatus.NotActive => new ImeiSlot(ImeiSlotState.Blank, null, reply),
            NvStatus.BadParameter or NvStatus.BadTarget or NvStatus.BadCommand =>
                new ImeiSlot(ImeiSlotState.Unsupported, null, reply),
            _ => new ImeiSlot(ImeiSlotState.Unreadable, null, reply),
        };
    }

    private static ImeiSlot Interpret(NvData data, DiagReply<NvItem> reply)
    {
        ReadOnlySpan<byte> packed = data.Bytes[..Identity.Imei.PackedLength];
        if (!packed.ContainsAnyExcept((byte)0) || !packed.ContainsAnyExcept((byte)0xFF))
            return new ImeiSlot(ImeiSlotState.Blank, null, reply);
        if (Identity.Imei.Unpack(packed) is not { } imei)
            return new ImeiSlot(ImeiSlotState.Invalid, null, reply);
        ImeiSlotState state =
            ImeiRules.NotAPhonesOwn(imei) != ImeiFault.None ? ImeiSlotState.Generic
            : imei.HasRightCheckDigit || imei.HasSpareDigit ? ImeiSlotState.Ok
            : ImeiSlotState.Invalid;
        return new ImeiSlot(state, imei, reply);
    }
}
