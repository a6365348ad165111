using System.Buffers.Binary;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Diag.Nv;

/// <summary>What the data of an item means, for a person. Nothing is guessed: an item whose layout is not known for sure has no meaning here.</summary>
public static class NvMeaning
{
    /// <summary>A few words; empty when the item holds no data, its layout is not known, or the data does not fit the layout.</summary>
    /// <param name="reading">The item as it was read.</param>
    /// <param name="reveal">Show IMEIs unmasked. A person asked to see them.</param>
    public static string Of(in NvReading reading, bool reveal)
    {
        if (!reading.IsActive)
            return "";
        ReadOnlySpan<byte> data = reading.Data.Bytes;
        return reading.Item.Number switch
        {
            0 or 5597 => Esn(data),
            550 => Imei(reading, reveal),
            1943 => Meid.Unpack(data)?.ToString() ?? "none",
            _ => "",
        };
    }

    private static string Esn(ReadOnlySpan<byte> data) =>
        new Esn(BinaryPrimitives.ReadUInt32LittleEndian(data)) is { IsNone: false } esn ? esn.ToString() : "none";

    private static string Imei(in NvReading reading, bool reveal)
    {
        var slot = ImeiSlot.Interpret(new DiagReply<NvItem>(new NvItem(reading.Item, NvStatus.Done, reading.Data)));
        string number = slot.Imei is { } imei ? reveal ? imei.Reveal() : imei.ToString() : "";
        return slot.State switch
        {
            ImeiSlotState.Ok => number,
            ImeiSlotState.Blank => "blank",
            ImeiSlotState.Generic => $"{number} (no phone's own)",
            _ when number.Length > 0 => $"{number} (wrong check digit)",
            _ => "no IMEI",
        };
    }
}
