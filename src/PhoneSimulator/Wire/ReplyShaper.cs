using System.Buffers.Binary;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.PhoneSimulator.Wire;

/// <summary>Sends replies the way rude phones do: cut, joined, late, twice, damaged, or after bytes nobody asked for.</summary>
internal sealed class ReplyShaper(SimulatedPhone phone, PhoneLine line, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private byte[] _joined = [];

    /// <summary>Sends <paramref name="reply"/>. A reply waits to be joined only when <paramref name="moreWaiting"/>.</summary>
    public void Send(ReadOnlySpan<byte> reply, bool moreWaiting)
    {
        lock (_gate)
        {
            Quirks quirks = phone.Quirks;
            SeededRandom random = phone.Random;
            if (random.Roll(quirks.DroppedReply))
                return;
            byte[] bytes = Shape(reply, quirks, random);
            if (random.Roll(quirks.LateReply))
            {
                _ = SendLateAsync(bytes, quirks.LateBy);
                return;
            }
            _joined = [.. _joined, .. bytes];
            if (moreWaiting && random.Roll(quirks.Join))
                return;
            line.PutRaw(_joined, singly: random.Roll(quirks.Split));
            _joined = [];
        }
    }

    /// <summary>Sends what waits to be joined.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_joined.Length > 0)
                line.PutRaw(_joined, singly: false);
            _joined = [];
        }
    }

    public void Dispose() => _over.Cancel();

    private async Task SendLateAsync(byte[] bytes, TimeSpan by)
    {
        try
        {
            await Task.Delay(by, time, _over.Token).ConfigureAwait(false);
            line.PutRaw(bytes, singly: false);
        }
        catch (OperationCanceledException)
        {
            // The line is over; so is the reply.
        }
    }

    private byte[] Shape(ReadOnlySpan<byte> reply, Quirks quirks, SeededRandom random)
    {
        byte[] frame = Frame(reply);
        List<byte> bytes = [];
        if (random.Roll(quirks.Unsolicited))
            bytes.AddRange(Frame(Unsolicited.Next(random)));
        if (random.Roll(quirks.Garbage))
        {
            Span<byte> garbage = stackalloc byte[1 + random.Below(20)];
            random.Fill(garbage);
            bytes.AddRange(garbage);
            bytes.Add(Hdlc.Flag);
        }
        if (random.Roll(quirks.Abort))
        {
            bytes.AddRange(frame.AsSpan(0, frame.Length / 2));
            bytes.AddRange([Hdlc.Escape, Hdlc.Flag]);
        }
        if (random.Roll(quirks.LeadingFlag))
            bytes.Add(Hdlc.Flag);
        if (random.Roll(quirks.BadCheck))
            Damage(frame);
        bytes.AddRange(frame);
        if (random.Roll(quirks.DuplicateReply))
            bytes.AddRange(frame);
        return [.. bytes];
    }

    /// <summary>Turns a bit of the last byte before the flag; the result is neither flag nor escape.</summary>
    private static void Damage(byte[] frame)
    {
        ref byte last = ref frame[^2];
        last ^= (byte)(last is 0x7F or 0x7C ? 0x40 : 0x01);
    }

    private static byte[] Frame(ReadOnlySpan<byte> packet)
    {
        byte[] frame = new byte[Hdlc.MaxFrameLength(packet.Length)];
        return frame[..HdlcEncoder.Encode(packet, frame)];
    }
}

/// <summary>Packets that phones send unasked.</summary>
internal static class Unsolicited
{
    public static byte[] Next(SeededRandom random) => random.Below(7) switch
    {
        0 => Log(random),
        1 => [DiagCode.EventReport, 4, 0, (byte)random.Next(), 0x62, 0x01, 0x00],
        2 => Message(random),
        3 => [DiagCode.MultiRadio, 1, 0, 0, (byte)(1 + random.Below(2)), 0, 0, 0, .. Log(random)],
        4 => [DiagCode.SamsungIndication, 0x01, 0x00, 0x10, 0x00, 0x7E, 0x7D, .. Bytes(random, 5)],
        5 => [DiagCode.Qsr4, .. Bytes(random, 24)],
        _ => [DiagCode.SmallMessage, .. Bytes(random, 11)],
    };

    /// <summary>10, more, u16 length twice (it counts from itself), u16 log code, u64 time, data.</summary>
    private static byte[] Log(SeededRandom random)
    {
        byte[] data = Bytes(random, 8 + random.Below(60));
        byte[] packet = new byte[16 + data.Length];
        packet[0] = DiagCode.Log;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(2), (ushort)(12 + data.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(4), (ushort)(12 + data.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(6), 0xB0C0);
        BinaryPrimitives.WriteUInt64LittleEndian(packet.AsSpan(8), random.Next());
        data.CopyTo(packet, 16);
        return packet;
    }

    private static byte[] Message(SeededRandom random) =>
        [DiagCode.ExtMessage, 0, 0, 0, .. Bytes(random, 8), 0x20, 0x01, 0x05, 0x00, 0x02, 0, 0, 0, .. "lte_rrc.c"u8, 0, .. "state %d"u8, 0];

    private static byte[] Bytes(SeededRandom random, int count)
    {
        byte[] bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }
}
