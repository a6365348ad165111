using System.Buffers.Binary;
using System.Text;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.PhoneSimulator.Store;

/// <summary>
/// What was written to a phone, kept over a kill of its process: a journal that is only appended to, each record on the disk before
/// the phone answers.
/// <code>
/// header, 64 bytes: ASCII "simulated-phone 1 PROFILE SEED", padded with blanks, a line feed last
/// record, 134 bytes, little-endian
///   0  u8        slot, 1 or 2; 80 hex more when a client has written the item as often as it can be
///   1  u8        answer: NV status
///   2  u16       item
///   4  byte[128] data
/// 132  u16       CRC-16/X-25 of the above
/// </code>
/// A torn last record is cut off: its write was never answered.
/// </summary>
internal sealed class StoreFile : IDisposable
{
    private const int HeaderLength = 64;
    private const int RecordLength = 4 + NvData.Length + 2;
    private const byte SpentFlag = 0x80;

    private readonly FileStream _file;

    private StoreFile(FileStream file, IReadOnlySet<(int Slot, int Item)> spent) => (_file, Spent) = (file, spent);

    /// <summary>The items that take no further write of a client, when the file was opened.</summary>
    public IReadOnlySet<(int Slot, int Item)> Spent { get; }

    /// <summary>Opens or creates the file and replays its writes into the stores of slot 1 and 2.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or belongs to another profile or seed.</exception>
    public static StoreFile Open(string path, string profile, int seed, IReadOnlyList<NvStore> slots)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            HashSet<(int Slot, int Item)> spent = [];
            byte[] header = Encoding.ASCII.GetBytes($"simulated-phone 1 {profile} {seed}".PadRight(HeaderLength - 1) + "\n");
            Span<byte> found = stackalloc byte[HeaderLength];
            int length = file.ReadAtLeast(found, HeaderLength, throwOnEndOfStream: false);
            if (length < HeaderLength && header.AsSpan().StartsWith(found[..length]))
            {
                file.SetLength(0);
                file.Write(header);
                file.Flush(flushToDisk: true);
            }
            else if (!found.SequenceEqual(header))
            {
                throw new InvalidDataException(
                    $"'{path}' is not the store of profile {profile} with seed {seed}; it begins '{Printable(found[..length])}'");
            }
            else
            {
                Replay(file, slots, spent);
            }
            return new StoreFile(file, spent);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends what an item is now; on the disk when it returns.</summary>
    public void Append(int slot, int item, NvAnswer answer, ReadOnlySpan<byte> data, bool spent)
    {
        Span<byte> record = stackalloc byte[RecordLength];
        record.Clear();
        record[0] = (byte)(spent ? slot | SpentFlag : slot);
        record[1] = (byte)answer;
        BinaryPrimitives.WriteUInt16LittleEndian(record[2..], (ushort)item);
        data.CopyTo(record[4..]);
        BinaryPrimitives.WriteUInt16LittleEndian(record[^2..], Crc16.Compute(record[..^2]));
        _file.Write(record);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private static void Replay(FileStream file, IReadOnlyList<NvStore> slots, HashSet<(int Slot, int Item)> spent)
    {
        Span<byte> record = stackalloc byte[RecordLength];
        long good = HeaderLength;
        while (file.ReadAtLeast(record, RecordLength, throwOnEndOfStream: false) == RecordLength
            && BinaryPrimitives.ReadUInt16LittleEndian(record[^2..]) == Crc16.Compute(record[..^2]))
        {
            int number = record[0] & ~SpentFlag;
            NvStore slot = slots[number - 1];
            int item = BinaryPrimitives.ReadUInt16LittleEndian(record[2..]);
            var answer = (NvAnswer)record[1];
            if (answer == NvAnswer.Done)
                slot.Put(item, record.Slice(4, NvData.Length));
            else
                slot.Clear(item, answer);
            if ((record[0] & SpentFlag) != 0)
                spent.Add((number, item));
            good += RecordLength;
        }
        file.SetLength(good);
        file.Position = good;
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte value in bytes)
            text.Append(value is >= 0x20 and < 0x7F ? (char)value : '.');
        return text.ToString().TrimEnd();
    }
}
