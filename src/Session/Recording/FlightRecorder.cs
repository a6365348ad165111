using System.Collections.Immutable;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>
/// Keeps the last packets of a port, so that a failure can be looked at afterwards. Belongs to the port and outlives its sessions. Bounded:
/// the oldest goes when there is no room, and is counted. What must not be recorded is masked before it is kept; recording allocates nothing.
/// </summary>
public sealed class FlightRecorder
{
    /// <summary>How many lines are kept unless told otherwise.</summary>
    public const int DefaultCapacity = 1024;

    /// <summary>The most bytes kept of one packet: more than any NV packet has.</summary>
    public const int MostBytes = 256;

    // A number that begins in what is kept and ends behind it is a number still: masking looks so far ahead.
    private const int LookAhead = 64;

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Line[] _lines;
    private readonly byte[] _bytes;
    private long _added;

    /// <param name="port">The name of the port.</param>
    /// <param name="time">The clock of the recorded times.</param>
    /// <param name="capacity">How many lines to keep, 1 or more; each takes about 300 bytes from the beginning.</param>
    public FlightRecorder(string port, TimeProvider time, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Port = port;
        _time = time;
        _lines = new Line[capacity];
        _bytes = new byte[capacity * MostBytes];
    }

    /// <summary>The name of the port.</summary>
    public string Port { get; }

    /// <summary>What is kept at this moment.</summary>
    public Recording Snapshot()
    {
        lock (_gate)
        {
            int count = (int)Math.Min(_added, _lines.Length);
            long first = _added - count;
            var packets = ImmutableArray.CreateBuilder<RecordedPacket>(count);
            for (long number = first; number < _added; number++)
                packets.Add(Copy((int)(number % _lines.Length)));
            return new Recording(Port, packets.MoveToImmutable(), first);
        }
    }

    /// <summary>The write of a packet begins.</summary>
    internal void Sent(ReadOnlySpan<byte> packet) => Add(RecordKind.ToPhone, packet);

    /// <summary>A packet came.</summary>
    internal void Received(ReadOnlySpan<byte> packet) => Add(RecordKind.FromPhone, packet);

    /// <summary>A frame came that was thrown away.</summary>
    internal void ReceivedBad(BadFrameReason reason) => Add(RecordKind.BadFrame, reason switch
    {
        BadFrameReason.TooShort => "too short",
        BadFrameReason.BadCheck => "wrong check",
        BadFrameReason.TooLong => "too long",
        BadFrameReason.Aborted => "given up by its sender",
        _ => "bad",
    });

    /// <summary>A session begins.</summary>
    internal void Began() => Add(RecordKind.Note, "the session began");

    /// <summary>The session ends.</summary>
    internal void Broke(SessionBreak end) => Add(RecordKind.Note, $"the session ended ({end.Reason}): {end.Detail}");

    private void Add(RecordKind kind, ReadOnlySpan<byte> packet)
    {
        Span<byte> bytes = stackalloc byte[MostBytes + LookAhead];
        bytes = bytes[..Math.Min(packet.Length, bytes.Length)];
        packet[..bytes.Length].CopyTo(bytes);
        int masked = SecretBytes.MaskIn(bytes);
        if (bytes.Length > MostBytes)
        {
            bytes = bytes[..MostBytes];
            masked = Math.Min(masked, bytes.Count(SecretBytes.Mask));
        }
        DateTimeOffset now = _time.GetUtcNow();
        lock (_gate)
        {
            int index = Next();
            bytes.CopyTo(_bytes.AsSpan(index * MostBytes));
            _lines[index] = new Line(now, kind, bytes.Length, packet.Length, masked, "");
        }
    }

    private void Add(RecordKind kind, string note)
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_gate)
            _lines[Next()] = new Line(now, kind, 0, 0, 0, note);
    }

    private int Next() => (int)(_added++ % _lines.Length);

    private RecordedPacket Copy(int index)
    {
        ref readonly Line line = ref _lines[index];
        byte[] bytes = _bytes.AsSpan(index * MostBytes, line.Kept).ToArray();
        return new RecordedPacket(line.At, line.Kind, bytes, line.Length, line.Masked, line.Note);
    }

    private readonly record struct Line(DateTimeOffset At, RecordKind Kind, int Kept, int Length, int Masked, string Note);
}
