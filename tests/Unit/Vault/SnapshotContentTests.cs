using System.Security.Cryptography;
using CsCheck;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class SnapshotContentTests
{
    [Fact]
    public void The_canonical_bytes_are_as_documented()
    {
        var builder = new SnapshotBuilder();
        builder.Add(VaultRoom.Active(2, 550, 8, 0x4A, 0, 0x51));
        builder.Add(NvReading.Unanswered(1, new NvItemId(0x1234)));
        builder.Add(new NvReading(1, new NvItemId(7), NvOutcome.Refused, (ushort)RefusalCode.BadParameter, default));
        builder.Add(VaultRoom.Active(1, 1));

        SnapshotContent content = builder.Build();

        byte[] expected = Convert.FromHexString(
            "494D45494E560001" + "04000000"
            + "01" + "0100" + "01" + "0000" + "00"
            + "01" + "0700" + "02" + "1400" + "00"
            + "01" + "3412" + "03" + "0000" + "00"
            + "02" + "2602" + "01" + "0000" + "04" + "084A0051");
        Assert.Equal(expected, content.Canonical.ToArray());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(expected)), content.Sha256);
        Assert.Equal((4, 2), (content.Count, content.ActiveCount));
        Assert.Equal([1, 2], content.Slots);
    }

    [Fact]
    public void Of_an_item_added_twice_the_last_reading_counts()
    {
        var builder = new SnapshotBuilder();
        builder.Add(NvReading.Unanswered(1, new NvItemId(5)));
        builder.Add(VaultRoom.Active(1, 5, 1, 2, 3));
        builder.Add(VaultRoom.Active(1, 5, 9));

        SnapshotContent content = builder.Build();

        Assert.Equal([9], Assert.Single(content.Readings).Data.Trimmed.ToArray());
    }

    [Fact]
    public void Data_of_an_item_that_is_not_active_is_left_out()
    {
        var builder = new SnapshotBuilder();
        builder.Add(new NvReading(1, new NvItemId(5), NvOutcome.Answered, (ushort)NvStatus.NotActive, NvData.From([1, 2])));

        Assert.Equal(default, Assert.Single(builder.Build().Readings).Data);
    }

    [Fact]
    public void Nothing_read_is_a_content_too()
    {
        SnapshotContent content = new SnapshotBuilder().Build();

        Assert.Equal("494D45494E56000100000000", Convert.ToHexString(content.Canonical.Span));
        Assert.Empty(content.Readings);
        Assert.Empty(content.Slots);
        Assert.Null(content.Find(1, NvItemId.Imei));
    }

    [Fact]
    public void A_reading_without_slot_or_outcome_is_refused()
    {
        var builder = new SnapshotBuilder();

        Assert.Throws<ArgumentException>(() => builder.Add(NvReading.Unanswered(0, new NvItemId(5))));
        Assert.Throws<ArgumentException>(() => builder.Add(default(NvReading) with { Slot = 1 }));
    }

    [Fact]
    public void Readings_come_back_by_slot_and_item_however_they_were_added()
    {
        Gen<NvReading> reading = Gen.Select(
            Gen.Byte[1, 2], Gen.UShort[0, 300], Gen.Int[0, 3], Gen.Byte.Array[0, 128],
            (slot, item, kind, data) => kind switch
            {
                0 => VaultRoom.Active(slot, item, data),
                1 => new NvReading(slot, new NvItemId(item), NvOutcome.Answered, (ushort)NvStatus.NotActive, default),
                2 => new NvReading(slot, new NvItemId(item), NvOutcome.Refused, (ushort)RefusalCode.BadParameter, default),
                _ => NvReading.Unanswered(slot, new NvItemId(item)),
            });
        reading.List[0, 200].Sample(readings =>
        {
            var builder = new SnapshotBuilder();
            var expected = new SortedDictionary<(byte, ushort), NvReading>();
            foreach (NvReading added in readings)
            {
                builder.Add(added);
                expected[(added.Slot, added.Item.Number)] = added;
            }

            SnapshotContent content = builder.Build();

            Assert.Equal(expected.Values, content.Readings);
            Assert.Equal(expected.Count, content.Count);
            Assert.Equal(expected.Values.Count(kept => kept.IsActive), content.ActiveCount);
            foreach (NvReading kept in expected.Values)
                Assert.Equal(kept, content.Find(kept.Slot, kept.Item));
            Assert.Null(content.Find(1, new NvItemId(301)));
        }, iter: 200);
    }

    [Fact]
    public void A_full_dump_of_two_slots_makes_no_object_per_item()
    {
        NvReading reading = VaultRoom.Active(1, 0, 1, 2, 3, 4);
        var builder = new SnapshotBuilder();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (byte slot = 1; slot <= 2; slot++)
            for (int item = 0; item < NvItemId.Count; item++)
                builder.Add(reading with { Slot = slot, Item = new NvItemId((ushort)item) });

        SnapshotContent content = builder.Build();

        Assert.Equal(131_072, content.Count);
        // Growing arrays are copied a few times; an object per item would be 131,072 times 24 bytes more at the least.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 9_000_000);
    }
}
