using System.Text;
using CsCheck;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault.Formats;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class NvTextTests
{
    private static readonly byte[] Header = Encoding.ASCII.GetBytes("[NV items]\r\n[Complete items - 1, Items size - 128]\r\n\r\n");

    // Codes that the format has words for; others are folded, which the conformance tests spell out.
    private static readonly Gen<NvReading> AnyReading = Gen.Select(
        Gen.UShort, Gen.Int[0, 4], Gen.Byte.Array[0, 128],
        (item, kind, data) => kind switch
        {
            0 => VaultRoom.Active(2, item, data),
            1 => new NvReading(2, new NvItemId(item), NvOutcome.Answered, (ushort)NvStatus.NotActive, default),
            2 => new NvReading(2, new NvItemId(item), NvOutcome.Answered, (ushort)NvStatus.BadParameter, default),
            3 => NvReading.LeftOut(2, new NvItemId(item)),
            _ => new NvReading(2, new NvItemId(item), NvOutcome.Refused, (ushort)RefusalCode.BadParameter, default),
        });

    [Fact]
    public void What_is_written_is_read_again()
    {
        AnyReading.List[1, 50].Sample(generated =>
        {
            NvReading[] readings = [.. generated.DistinctBy(reading => reading.Item).OrderBy(reading => reading.Item.Number)];
            using var file = new MemoryStream();
            NvText.Write(file, readings, activeOnly: false);
            file.Position = 0;

            NvTextFile read = NvText.Read(file, 2);

            // A handful of items whose tails happen to repeat cannot be told from a badly cut file.
            Assert.Equal(
                readings.Select(reading => reading with { Data = NvData.From(reading.Data.Bytes[..read.ReliableBytes]) }), read.Readings);
            Assert.DoesNotContain(read.Findings, finding => finding.Rule is not (NvTextRule.NoImei or NvTextRule.TailUnreliable));
        }, iter: 300);
    }

    [Fact]
    public void However_the_stream_hands_out_its_bytes_the_lines_are_the_same()
    {
        using var file = new MemoryStream();
        NvText.Write(file, Enumerable.Range(0, 40).Select(i => VaultRoom.Active(1, (ushort)i, (byte)i, 1, 2, 3)), activeOnly: false);
        NvTextFile whole = NvText.Read(new MemoryStream(file.ToArray()), 1);

        Gen.Int[1, 97].Sample(piece =>
            Assert.Equal(whole.Readings, NvText.Read(new TrickleStream(file.ToArray(), piece, 1), 1).Readings), iter: 50);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        Gen<byte[]> pieces = Gen.OneOf(
            Gen.Byte.Array[0, 20],
            Gen.Int[0, 5].Select(i => Encoding.ASCII.GetBytes(
                new[] { "[NV items]\r\n", "00007 (0x0007) - OK\n", "00 11 22 ", "\r\n", "[Complete items - 9]\n", "7 (0x7) - Inactive item\n" }[i])));
        pieces.List[0, 30].Sample(parts =>
        {
            try
            {
                Assert.NotEmpty(NvText.Read(new MemoryStream([.. parts.SelectMany(part => part)]), 1).Readings.DefaultIfEmpty());
            }
            catch (NvTextException error)
            {
                Assert.Contains(error.Findings, finding => finding.Severity == NvTextSeverity.Fatal);
            }
        }, iter: 2000);
    }

    [Fact]
    public void A_file_of_64_mebibytes_is_read_and_a_byte_more_refused()
    {
        const int limit = 64 << 20;
        byte[] start = [.. Header, .. "00001 (0x0001)   -   Inactive item\r\n"u8];

        NvTextFile largest = NvText.Read(new BlankLines(start, limit), 1);
        var error = Assert.Throws<NvTextException>(() => NvText.Read(new BlankLines(start, limit + 1), 1));

        Assert.Single(largest.Readings);
        Assert.Equal(NvTextRule.TooLarge, error.Findings[^1].Rule);
    }

    [Fact]
    public void A_line_without_end_is_refused_after_one_buffer()
    {
        var stream = new BlankLines([.. Header, .. Enumerable.Repeat((byte)'A', 5000)], 60 << 20);

        var error = Assert.Throws<NvTextException>(() => NvText.Read(stream, 1));

        Assert.Equal(NvTextRule.TooLarge, error.Findings[^1].Rule);
        Assert.InRange(stream.Position, 5000, 64 * 1024);
    }

    [Fact]
    public void Binary_data_is_refused_after_one_buffer()
    {
        var stream = new BlankLines([0xD0, 0xCF, 0x11, 0xE0, 0, 0, 0, 0], 60 << 20);

        var error = Assert.Throws<NvTextException>(() => NvText.Read(stream, 1));

        Assert.Equal(NvTextRule.Binary, error.Findings[^1].Rule);
        Assert.InRange(stream.Position, 8, 64 * 1024);
    }

    [Fact]
    public void Streams_are_left_open()
    {
        using var file = new MemoryStream();
        NvText.Write(file, [VaultRoom.Active(1, 7, 1)], activeOnly: true);
        file.Position = 0;
        NvText.Read(file, 1);

        Assert.True(file.CanRead);
    }

    [Fact]
    public void Slots_count_from_1()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NvText.Read(Stream.Null, 0));
    }

    /// <summary>Hands out <paramref name="bytes"/> in small pieces.</summary>
    private sealed class TrickleStream(byte[] bytes, int piece, int least) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Max(least, Math.Min(count, piece)));
    }

    /// <summary>Some bytes, then lines of 1,022 blanks, without holding them.</summary>
    private sealed class BlankLines(byte[] start, long length) : Stream
    {
        public override long Position { get; set; }
        public override long Length => length;
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, length - Position);
            for (int i = 0; i < read; i++, Position++)
                buffer[offset + i] = Position < start.Length ? start[Position] : (Position & 1023) == 0 ? (byte)'\n' : (byte)' ';
            return read;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
