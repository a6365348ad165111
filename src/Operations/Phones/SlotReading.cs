using System.Security.Cryptography;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>An IMEI slot as it was last read.</summary>
/// <param name="Slot">SIM slot, from 1.</param>
/// <param name="Content">What it held.</param>
/// <param name="Etag">Changes whenever the content does; 32 hex digits. Fits only within one run of the agent.</param>
public sealed record SlotReading(byte Slot, ImeiSlot Content, string Etag)
{
    // An IMEI has so few digits that a plain hash of it could be undone by trying them all; the key is never kept.
    private static readonly byte[] s_etagKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>Interprets the reply to a read of item 550.</summary>
    public static SlotReading From(byte slot, DiagReply<NvItem> reply) => new(slot, ImeiSlot.Interpret(reply), EtagOf(slot, reply));

    /// <summary>The phone's own word when the slot could not be read, as in "NV_BUSY" or "BAD_CMD"; else empty.</summary>
    public string PhoneAnswer => Content.State is ImeiSlotState.Unreadable or ImeiSlotState.Unsupported ? PhoneWords.Of(Content.Reply) : "";

    private static string EtagOf(byte slot, DiagReply<NvItem> reply)
    {
        NvReading reading = NvReading.From(slot, NvItemId.Imei, reply);
        Span<byte> content = stackalloc byte[4 + NvData.Length];
        content[0] = slot;
        content[1] = (byte)reading.Outcome;
        content[2] = (byte)reading.Code;
        content[3] = (byte)(reading.Code >> 8);
        reading.Data.Bytes.CopyTo(content[4..]);
        return Convert.ToHexStringLower(HMACSHA256.HashData(s_etagKey, content).AsSpan(0, 16));
    }
}

/// <summary>The phone's own words for what it answered.</summary>
internal static class PhoneWords
{
    public static string Of(DiagReply<NvItem> reply) =>
        reply.Refusal is { } refusal ? refusal.Name() : reply.Answer.Status.Name();

    public static string Of(in NvReading reading) => reading.Outcome switch
    {
        NvOutcome.Answered => ((NvStatus)reading.Code).Name(),
        NvOutcome.Refused => ((RefusalCode)reading.Code).Name(),
        NvOutcome.Skipped => "skipped",
        _ => "none",
    };
}
