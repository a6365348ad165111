using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Session;

/// <summary>
/// A recording as lines for a person: time, direction, command, item, answer, length, bytes in hex. Masked bytes are "**", and what repeats is
/// counted, so "00*130" is 130 zeros and "***128" 128 masked bytes.
/// </summary>
public static class FrameText
{
    private const int ShortestRun = 4;

    /// <summary>The lines of a recording, oldest first, each ended by a line feed.</summary>
    public static string Of(Recording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# port {recording.Port}, {recording.Packets.Length} lines, {recording.Dropped} older ones dropped\n");
        foreach (RecordedPacket packet in recording.Packets)
            text.Append(Line(packet)).Append('\n');
        return text.ToString();
    }

    /// <summary>One line.</summary>
    public static string Line(RecordedPacket packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var text = new StringBuilder();
        text.Append(packet.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        switch (packet.Kind)
        {
            case RecordKind.Note:
                return text.Append(" -- ").Append(packet.Note).ToString();
            case RecordKind.BadFrame:
                return text.Append(" <- bad frame: ").Append(packet.Note).ToString();
        }
        ReadOnlySpan<byte> bytes = packet.Bytes.Span;
        text.Append(packet.Kind == RecordKind.ToPhone ? " -> " : " <- ").Append(Meaning(bytes, packet.Kind));
        text.Append(CultureInfo.InvariantCulture, $", {packet.Length} {(packet.Length == 1 ? "byte" : "bytes")}");
        if (packet.Masked > 0)
            text.Append(CultureInfo.InvariantCulture, $", {packet.Masked} masked");
        text.Append(':');
        AppendHex(text, bytes, packet.Masked > 0);
        if (packet.IsTruncated)
            text.Append(" ...");
        return text.ToString();
    }

    /// <summary>What a packet is about, as in "DIAG_NV_READ_F slot 1 item 550 NV_UE_IMEI_I NV_DONE".</summary>
    public static string Meaning(ReadOnlySpan<byte> packet, RecordKind kind)
    {
        var text = new StringBuilder(CommandName.Of(packet));
        if (!packet.IsEmpty && Refusals.IsRefusal(packet[0]))
        {
            if (packet.Length > 1)
                text.Append(" to ").Append(Meaning(packet[1..], RecordKind.ToPhone));
            return text.ToString();
        }
        if (NvAddress.TryRead(packet, out NvAddress nv))
        {
            text.Append(CultureInfo.InvariantCulture, $" slot {nv.Slot} item {nv.Item}");
            if (NvCatalogue.Find(nv.Item) is { } entry)
                text.Append(' ').Append(entry.Name);
            if (kind == RecordKind.FromPhone && packet.Length >= nv.StatusAt + sizeof(ushort))
                text.Append(' ').Append(((NvStatus)BinaryPrimitives.ReadUInt16LittleEndian(packet[nv.StatusAt..])).Name());
        }
        else if (kind == RecordKind.FromPhone && packet is [DiagCode.Spc or DiagCode.Password, var verdict])
        {
            text.Append(verdict == 1 ? " accepted" : " refused");
        }
        return text.ToString();
    }

    private static void AppendHex(StringBuilder text, ReadOnlySpan<byte> bytes, bool masked)
    {
        while (!bytes.IsEmpty)
        {
            int run = bytes.IndexOfAnyExcept(bytes[0]);
            run = run < 0 ? bytes.Length : run;
            string value = masked && bytes[0] == SecretBytes.Mask ? "**" : bytes[0].ToString("X2", CultureInfo.InvariantCulture);
            if (run >= ShortestRun)
                text.Append(CultureInfo.InvariantCulture, $" {value}*{run}");
            else
                for (int i = 0; i < run; i++)
                    text.Append(' ').Append(value);
            bytes = bytes[run..];
        }
    }
}
