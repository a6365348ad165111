using CsCheck;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class RecordsTests
{
    private static readonly Gen<NvReading> AnyReading = Gen.Select(
        Gen.Byte[1, 2], Gen.UShort[0, 300], Gen.Int[0, 4], Gen.Byte.Array[0, 128],
        (slot, item, kind, data) => kind switch
        {
            0 => VaultRoom.Active(slot, item, data),
            1 => new NvReading(slot, new NvItemId(item), NvOutcome.Answered, (ushort)NvStatus.NotActive, default),
            2 => new NvReading(slot, new NvItemId(item), NvOutcome.Refused, (ushort)RefusalCode.BadParameter, default),
            3 => NvReading.Unanswered(slot, new NvItemId(item)),
            _ => NvReading.LeftOut(slot, new NvItemId(item)),
        });

    [Fact]
    public void The_bytes_are_as_documented()
    {
        NvReading[] readings =
        [
            VaultRoom.Active(2, 550, 8, 0x4A, 0, 0x51, 0, 0),
            new(1, new NvItemId(0xFFFE), NvOutcome.Answered, (ushort)NvStatus.NotActive, NvData.From([1])),
            new(1, new NvItemId(7), NvOutcome.Refused, (ushort)RefusalCode.BadParameter, default),
            NvReading.Unanswered(255, new NvItemId(0x1234)),
            NvReading.LeftOut(1, new NvItemId(453)),
        ];

        Assert.Equal(
            "02" + "2602" + "01" + "0000" + "04" + "084A0051"
            + "01" + "FEFF" + "01" + "0500" + "00"
            + "01" + "0700" + "02" + "1400" + "00"
            + "FF" + "3412" + "03" + "0000" + "00"
            + "01" + "C501" + "04" + "0000" + "00",
            Convert.ToHexString(Written(readings)));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        AnyReading.List[0, 60].Sample(readings =>
        {
            ReadOnlySpan<byte> rest = Written(readings);
            var read = new List<NvReading>();
            while (Records.TryRead(ref rest, out NvReading reading))
                read.Add(reading);
            Assert.Equal(readings, read);
        }, iter: 300);
    }

    [Fact]
    public void The_longest_record_is_as_long_as_is_said()
    {
        var destination = new byte[Records.MaxLength];
        NvReading full = VaultRoom.Active(1, 1, [.. Enumerable.Repeat((byte)0xFF, 128)]);

        Assert.Equal(135, Records.MaxLength);
        Assert.Equal(135, Records.Write(destination, full));
        Assert.Throws<ArgumentException>(() => Records.Write(new byte[134], full));
        Assert.Throws<ArgumentException>(() => Records.Write(new byte[6], NvReading.Unanswered(1, new NvItemId(1))));
    }

    [Theory]
    [InlineData("01")]
    [InlineData("010100010500")]
    [InlineData("00010001050000")] // slot 0
    [InlineData("01010000000000")] // no outcome
    [InlineData("01010005000000")]
    [InlineData("010100010000020900")] // a zero at the end
    [InlineData("0101000100000209")] // a byte is missing
    [InlineData("01010001050001FF")] // data of an item that is not active
    [InlineData("01010002140001FF")]
    [InlineData("01010003000001FF")]
    [InlineData("01010004000001FF")]
    [InlineData("01010004010000")] // skipped, with a code
    public void Damaged_bytes_are_refused_and_stay(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);

        Assert.Throws<InvalidDataException>(() =>
        {
            ReadOnlySpan<byte> from = bytes;
            try
            {
                Records.TryRead(ref from, out _);
            }
            finally
            {
                Assert.Equal(bytes.Length, from.Length);
            }
        });
    }

    [Fact]
    public void Data_of_129_bytes_is_refused()
    {
        byte[] bytes = [1, 1, 0, 1, 0, 0, 129, .. Enumerable.Repeat((byte)1, 129)];

        Assert.Throws<InvalidDataException>(() => new SnapshotBuilder().AddRecords(bytes));
    }

    [Fact]
    public void What_is_no_reading_is_not_written()
    {
        byte[] destination = new byte[Records.MaxLength];

        Assert.Throws<ArgumentException>(() => Records.Write(destination, NvReading.Unanswered(0, new NvItemId(5))));
        Assert.Throws<ArgumentException>(() => Records.Write(destination, default(NvReading) with { Slot = 1 }));
        Assert.Throws<ArgumentException>(() => Records.Write(destination, NvReading.LeftOut(1, new NvItemId(5)) with { Code = 1 }));
        Assert.Throws<ArgumentException>(() => Records.Write(destination, NvReading.LeftOut(1, new NvItemId(5)) with { Outcome = (NvOutcome)5 }));
    }

    [Fact]
    public void Adding_records_is_adding_their_readings_in_order()
    {
        Gen.Select(AnyReading.List[0, 60], Gen.Int[0, 60]).Sample((readings, cut) =>
        {
            var one = new SnapshotBuilder();
            var many = new SnapshotBuilder();
            foreach (NvReading reading in readings)
                one.Add(reading);
            cut = Math.Min(cut, readings.Count);
            many.AddRecords(Written(readings[..cut]));
            foreach (NvReading reading in readings[cut..])
                many.Add(reading);

            Assert.Equal(one.Build().Sha256, many.Build().Sha256);
        }, iter: 300);
    }

    [Fact]
    public void Of_damaged_records_none_is_added()
    {
        var builder = new SnapshotBuilder();
        builder.AddRecords(Written([VaultRoom.Active(1, 5, 9)]));
        byte[] damaged = [.. Written([VaultRoom.Active(1, 5, 1), VaultRoom.Active(1, 6, 1)]), 0];

        Assert.Throws<InvalidDataException>(() => builder.AddRecords(damaged));
        builder.AddRecords(Written([VaultRoom.Active(1, 7, 3)]));

        Assert.Equal([VaultRoom.Active(1, 5, 9), VaultRoom.Active(1, 7, 3)], builder.Build().Readings);
    }

    [Fact]
    public void Skipped_items_are_part_of_a_content()
    {
        using var room = new VaultRoom();
        var builder = new SnapshotBuilder();
        builder.Add(NvReading.LeftOut(1, new NvItemId(453)));

        SnapshotInfo saved = room.Save(builder.Build());

        Assert.Equal((1, 0), (saved.Items, saved.Active));
        Assert.Equal(NvReading.LeftOut(1, new NvItemId(453)), room.Vault.Snapshots.Load(saved.Name).Find(1, new NvItemId(453)));
    }

    [Fact]
    public void Reading_and_adding_records_make_no_object_per_record()
    {
        byte[] records = Written(Enumerable.Range(0, 10_000).Select(i => VaultRoom.Active(1, (ushort)i, 1, 2, 3)));
        var builder = new SnapshotBuilder();
        builder.AddRecords(records);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadOnlySpan<byte> rest = records;
        int count = 0;
        while (Records.TryRead(ref rest, out _))
            count++;

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10_000, count);
    }

    private static byte[] Written(IEnumerable<NvReading> readings)
    {
        var bytes = new MemoryStream();
        Span<byte> record = stackalloc byte[Records.MaxLength];
        foreach (NvReading reading in readings)
            bytes.Write(record[..Records.Write(record, reading)]);
        return bytes.ToArray();
    }
}
