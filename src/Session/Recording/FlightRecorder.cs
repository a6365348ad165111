using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
    private DateTimeOffset _since;
    private long _sinceStamp;

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
        (_since, _sinceStamp) = (time.GetUtcNow(), time.GetTimestamp());
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
    /// <param name="packet">Its bytes; zeros at its end may be left out.</param>
    /// <param name="length">Its length with those.</param>
    internal void Sent(ReadOnlySpan<byte> packet, int length) => Add(RecordKind.ToPhone, packet, length);

    /// <summary>A packet came.</summary>
    internal void Received(ReadOnlySpan<byte> packet) => Add(RecordKind.FromPhone, packet, packet.Length);

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
    internal void Began()
    {
        // Times are told by the clock of durations, which costs less; each session sets it anew, so that it does not stray for days.
        lock (_gate)
            Rebase();
        Add(RecordKind.Note, "the session began");
    }

    /// <summary>The session ends.</summary>
    internal void Broke(SessionBreak end) => Add(RecordKind.Note, $"the session ended ({end.Reason}): {end.Detail}");

    // The bytes are written before they are read: to zero them first costs as much as to copy a packet.
    [SkipLocalsInit]
    private void Add(RecordKind kind, ReadOnlySpan<byte> packet, int length)
    {
        if (TryAddEmpty(kind, packet, length))
            return;
        Span<byte> bytes = stackalloc byte[MostBytes + LookAhead];
        bytes = bytes[..Math.Min(packet.Length, bytes.Length)];
        packet[..bytes.Length].CopyTo(bytes);
        int masked = SecretBytes.MaskIn(bytes);
        if (bytes.Length > MostBytes)
        {
            bytes = bytes[..MostBytes];
            masked = Math.Min(masked, bytes.Count(SecretBytes.Mask));
        }
        long now = _time.GetTimestamp();
        lock (_gate)
        {
            int index = Next();
            bytes.CopyTo(_bytes.AsSpan(index * MostBytes));
            _lines[index] = new Line(now - _sinceStamp, _since, kind, bytes.Length, length, masked, "");
        }
    }

    /// <summary>
    /// Nearly all that a dump says is NV items without data: the header and the status are all there is of them, nothing in between is to be masked,
    /// and only these few bytes are touched.
    /// </summary>
    private bool TryAddEmpty(RecordKind kind, ReadOnlySpan<byte> packet, int length)
    {
        int start = packet.Length > 1 && Refusals.IsRefusal(packet[0]) ? 1 : 0;
        (int header, int whole) = packet[start..] switch
        {
            [DiagCode.NvRead or DiagCode.NvWrite, ..] => (start + 3, start + 133),
            [DiagCode.Subsystem, DiagCode.NvSubsystem, ..] => (start + 8, start + 138),
            _ => (0, 0),
        };
        // Only where the status stands at its place: in a packet that is cut short or goes on, something else ends it.
        bool isCut = packet.Length < length;
        int data = isCut ? packet.Length : packet.Length - sizeof(ushort);
        if (length != whole || whole == 0 || data < header || packet[header..data].ContainsAnyExcept((byte)0))
            return false;
        // What was left out of the packet are zeros, and then so is its end.
        ReadOnlySpan<byte> status = isCut ? [0, 0] : packet[^sizeof(ushort)..];
        long now = _time.GetTimestamp();
        lock (_gate)
        {
            int index = Next();
            Span<byte> kept = _bytes.AsSpan(index * MostBytes);
            packet[..header].CopyTo(kept);
            status.CopyTo(kept[header..]);
            _lines[index] = new Line(now - _sinceStamp, _since, kind, header, length, 0, "") { IsEmptyItem = true };
        }
        return true;
    }

    private void Add(RecordKind kind, string note)
    {
        long now = _time.GetTimestamp();
        lock (_gate)
            _lines[Next()] = new Line(now - _sinceStamp, _since, kind, 0, 0, 0, note);
    }

    private void Rebase() => (_since, _sinceStamp) = (_time.GetUtcNow(), _time.GetTimestamp());

    private int Next() => (int)(_added++ % _lines.Length);

    private RecordedPacket Copy(int index)
    {
        ref readonly Line line = ref _lines[index];
        var bytes = new byte[Math.Min(line.Length, MostBytes)];
        ReadOnlySpan<byte> kept = _bytes.AsSpan(index * MostBytes, MostBytes);
        kept[..line.Kept].CopyTo(bytes);
        if (line.IsEmptyItem)
            kept.Slice(line.Kept, sizeof(ushort)).CopyTo(bytes.AsSpan(bytes.Length - sizeof(ushort)));
        return new RecordedPacket(line.Since + _time.GetElapsedTime(0, line.Elapsed), line.Kind, bytes, line.Length, line.Masked, line.Note);
    }

    private readonly record struct Line(long Elapsed, DateTimeOffset Since, RecordKind Kind, int Kept, int Length, int Masked, string Note)
    {
        /// <summary>Of an NV packet without data only the header is kept, and behind it the status, which ends the packet.</summary>
        public bool IsEmptyItem { get; init; }
    }
}
