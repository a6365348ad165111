using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Vault;

/// <summary>
/// Readings as bytes, one after the other: what snapshots and the batches of jobs are made of. Equal readings have equal bytes.
/// <code>
/// record, little-endian
///   0  u8       slot, from 1
///   1  u16      item
///   3  u8       outcome               NvOutcome
///   4  u16      code                  NV status or refusal code; 0 when skipped
///   6  u8       n, 0 to 128           0 unless active
///   7  byte[n]  data without the zeros at its end
/// </code>
/// </summary>
public static class Records
{
    /// <summary>The longest record, in bytes.</summary>
    public const int MaxLength = HeaderLength + NvData.Length;

    internal const int HeaderLength = 7;

    /// <summary>Writes one record; returns its length. Data of an item that is not active is left out.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes, or as many as the record has.</param>
    /// <param name="reading">What to write.</param>
    /// <exception cref="ArgumentException">
    /// The slot is 0, the outcome is none of <see cref="NvOutcome"/>, it was skipped and has a code, or there is no room.
    /// </exception>
    public static int Write(Span<byte> destination, in NvReading reading)
    {
        if (reading.Slot == 0 || reading.Outcome is < NvOutcome.Answered or > NvOutcome.Skipped || reading.IsSkipped && reading.Code != 0)
            throw new ArgumentException("A reading has a slot from 1 and an outcome, and no code when it was skipped.", nameof(reading));
        ReadOnlySpan<byte> data = reading.IsActive ? reading.Data.Trimmed : [];
        if (destination.Length < HeaderLength + data.Length)
            throw new ArgumentException("There is no room for the record.", nameof(destination));
        destination[0] = reading.Slot;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], reading.Item.Number);
        destination[3] = (byte)reading.Outcome;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], reading.Code);
        destination[6] = (byte)data.Length;
        data.CopyTo(destination[HeaderLength..]);
        return HeaderLength + data.Length;
    }

    /// <summary>Reads the first record and moves <paramref name="from"/> behind it; false when there is none left.</summary>
    /// <exception cref="InvalidDataException">The bytes are no whole record to the letter; <paramref name="from"/> stays.</exception>
    public static bool TryRead(ref ReadOnlySpan<byte> from, out NvReading reading)
    {
        reading = default;
        if (from.IsEmpty)
            return false;
        int length = LengthOf(from);
        if (length == 0)
            ThrowDamaged();
        reading = Decode(from);
        from = from[length..];
        return true;
    }

    /// <summary>How long the record is that begins here; 0 when it is cut or not to the letter.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> record)
    {
        if (record.Length < HeaderLength || record[0] == 0)
            return 0;
        int data = record[6], length = HeaderLength + data;
        bool legal = (NvOutcome)record[3] switch
        {
            NvOutcome.Answered => data == 0 || IsActive(record),
            NvOutcome.Refused or NvOutcome.NoReply => data == 0,
            NvOutcome.Skipped => data == 0 && CodeOf(record) == 0,
            _ => false,
        };
        bool whole = data <= NvData.Length && record.Length >= length;
        return legal && whole && (data == 0 || record[length - 1] != 0) ? length : 0;
    }

    /// <summary>Sorts by slot, then item.</summary>
    internal static uint KeyOf(ReadOnlySpan<byte> record) => Key(record[0], BinaryPrimitives.ReadUInt16LittleEndian(record[1..]));

    internal static uint Key(byte slot, ushort item) => (uint)slot << 16 | item;

    internal static bool IsActive(ReadOnlySpan<byte> record) =>
        record[3] == (byte)NvOutcome.Answered && CodeOf(record) == (ushort)NvStatus.Done;

    /// <summary>Takes a record that <see cref="LengthOf"/> found sound.</summary>
    internal static NvReading Decode(ReadOnlySpan<byte> record) => new(
        record[0],
        new NvItemId(BinaryPrimitives.ReadUInt16LittleEndian(record[1..])),
        (NvOutcome)record[3],
        CodeOf(record),
        NvData.From(record.Slice(HeaderLength, record[6])));

    [DoesNotReturn]
    internal static void ThrowDamaged() => throw new InvalidDataException("the bytes are not records of readings");

    private static ushort CodeOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt16LittleEndian(record[4..]);
}
