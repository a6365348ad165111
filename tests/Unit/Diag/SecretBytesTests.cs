using System.Globalization;
using ImeiAgent.Diag.Messages;
using Xunit;

namespace ImeiAgent.Unit.Diag;

/// <summary>
/// What is masked before a packet is recorded. All bytes are written out by hand from the layouts; 2A stands for a masked byte. The IMEIs are
/// 490154203237518 and 356938035643809.
/// </summary>
public sealed class SecretBytesTests
{
    private const string Packed = "08 4A 09 51 24 30 32 57 81";
    private const string OtherPacked = "08 3A 65 39 08 53 46 83 90";

    [Theory]
    [InlineData("41 31 32 33 34 35 36", "41 2A*6", 6)]
    [InlineData("41 30 30 30 30 30 30", "41 2A*6", 6)]
    [InlineData("46 FF FF FF FF FF FF FF FE", "46 2A*8", 8)]
    [InlineData("46 00*8", "46 2A*8", 8)]
    [InlineData("41 01", "41 01", 0)]
    [InlineData("46 00", "46 00", 0)]
    public void Codes_and_passwords_are_masked_and_verdicts_kept(string packet, string expected, int masked) => Check(packet, expected, masked);

    [Theory]
    [InlineData("26 26 02 " + Packed + " 00*119 00 00", "26 26 02 2A*128 00 00", 128)]
    [InlineData("27 26 02 " + Packed + " 00*119 00 00", "27 26 02 2A*128 00 00", 128)]
    [InlineData("27 26 02 " + Packed, "27 26 02 2A*9", 9)]
    [InlineData("4B 30 02 00 26 02 01 00 " + OtherPacked + " 00*119 00 00", "4B 30 02 00 26 02 01 00 2A*128 00 00", 128)]
    [InlineData("4B 30 01 00 26 02 07 00 " + OtherPacked + " 00*119 07 00", "4B 30 01 00 26 02 07 00 2A*128 07 00", 128)]
    [InlineData("26 55 00 31 32 33 34 35 36 00*122 00 00", "26 55 00 2A*128 00 00", 128)]    // 85, the SPC
    [InlineData("26 52 00 30 30 30 30 00*124 00 00", "26 52 00 2A*128 00 00", 128)]          // 82, a lock code
    [InlineData("26 97 07 01 02 03 04 05 06 07 00*121 00 00", "26 97 07 2A*128 00 00", 128)] // 1943, the MEID
    [InlineData("26 20 00 01 02 03 04 00*124 00 00", "26 20 00 2A*128 00 00", 128)]          // 32, MIN1
    public void Data_of_private_items_is_masked_in_both_forms_and_directions(string packet, string expected, int masked) => Check(packet, expected, masked);

    [Theory]
    [InlineData("26 26 02 00*130")]
    [InlineData("26 26 02 00*128 05 00")]
    [InlineData("4B 30 01 00 26 02 01 00 00*130")]
    [InlineData("26 0A 00 04 00*127 00 00")]
    [InlineData("26 1F 02 01 00 00 00 02 00 00 00 03 00 00 00 04 00*115 00 00")]
    [InlineData("26 1F 02 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08 00*113 00 00")]
    [InlineData("26 1F 02 FF*128 00 00")]
    [InlineData("01")]
    [InlineData("01 00 00 00 00")]
    [InlineData("01 0D D0 AD DE")]
    [InlineData("1C 64 00")]
    [InlineData("29 05 00")]
    [InlineData("73 00*7")]
    [InlineData("7D 05 00 00 00 00 00 00")]
    [InlineData("13 00")]
    [InlineData("14 26 FF FF")]
    [InlineData("15 26 26 02")]
    [InlineData("18 29 01 00")]
    [InlineData("00")]
    [InlineData("60 00")]
    [InlineData("60 00 00")]
    [InlineData("")]
    public void What_holds_no_secret_stays_as_it_is(string packet) => Check(packet, packet, 0);

    [Theory]
    [InlineData("42 27 26 02 " + Packed + " 00 00 00 00", "42 27 26 02 2A*13", 13)]
    [InlineData("47 27 26 02 08 4A 09", "47 27 26 02 2A*3", 3)]
    [InlineData("14 4B 30 02 00 26 02 01 00 08 3A 65", "14 4B 30 02 00 26 02 01 00 2A*3", 3)]
    [InlineData("15 41 31 32 33 34 35 36", "15 41 2A*6", 6)]
    [InlineData("42 41 31", "42 41 2A", 1)]
    [InlineData("17 46 01 23 45 67", "17 46 2A*4", 4)]
    // What a kernel says of a damaged frame ends with its check bytes, and the command itself may be damaged: 41 became 01.
    [InlineData("13 41 30 30 30 30 30 30 DF 8A 7E", "13 41 2A*9", 9)]
    [InlineData("13 01 31 32 33 34 35 36 DF 8A 7E", "13 01 2A*9", 9)]
    [InlineData("13 27 26 02 08 4A 09 51 24 3F 32 57 81 00*121 74 AB 7E", "13 27 26 02 2A*133", 133)]
    public void An_echo_is_masked_behind_its_header(string packet, string expected, int masked) => Check(packet, expected, masked);

    [Theory]
    [InlineData("01 EF BE AD 7E", "01 2A*4", 4)]
    [InlineData("01 EF BE AD", "01 2A*3", 3)]
    [InlineData("01 0D D0 AD DE 61 9B", "01 0D D0 AD DE 2A*2", 2)]
    [InlineData("10 00 10 00 10 00 C0 B0 01 02 03 04", "10 00 10 00 10 00 C0 B0 2A*4", 4)]
    [InlineData("79 01 02 03 04 05", "79 01 02 03 2A*2", 2)]
    [InlineData("60 05 00 01 02 03 04 05", "60 05 00 2A*5", 5)]
    [InlineData("98 01 00 00 26 26 02 08 4A", "98 01 00 00 2A*5", 5)]
    [InlineData("4B 13 04 00 01 00 00 00", "4B 13 04 00 2A*4", 4)]
    [InlineData("4B 30 03 00 26 02 00 00 08", "4B 30 03 00 2A*5", 5)]
    [InlineData("38 33 35 36 39", "38 2A*4", 4)]
    [InlineData("7B 01 02 03", "7B 2A*3", 3)]
    [InlineData("26 26 02 00*128 00 00 61 9B", "26 26 02 00*128 00 00 2A*2", 2)]
    public void Of_what_is_not_known_the_header_is_kept(string packet, string expected, int masked) => Check(packet, expected, masked);

    [Theory]
    [InlineData(Packed, "2A*9")]
    [InlineData("FF FF " + Packed + " FF", "FF FF 2A*9 FF")]
    [InlineData("08 0A 10 32 00 00 00 00 01", "2A*9")]                                        // a packed one needs no more proof
    [InlineData("07 4A 09 51 24 30 32 57 81 FF", "07 2A*8 FF")]                               // without its length
    [InlineData("FF 49 01 54 20 32 37 51 8F FF", "FF 2A*8 FF")]                               // in plain order, F behind
    [InlineData("FF F4 90 15 42 03 23 75 18 FF", "FF 2A*8 FF")]                               // in plain order, F before
    [InlineData("FF 94 10 45 02 23 73 15 F8 FF", "FF 2A*8 FF")]                               // nibbles exchanged, as SIM cards have it
    [InlineData("FF 35 69 38 03 56 43 80 90 FF", "FF 2A*8 FF")]
    [InlineData("FF 35 51 67 05 55 87 81 90 FF", "FF 2A*8 FF")]                               // begins as most do, wrong check digit
    [InlineData("FF FF FF 34 39 30 31 35 34 32 30 33 32 33 37 35 31 38 00", "FF FF FF 2A*15 00")]
    [InlineData("34 39 30 31 35 34 32 30 33 32 33 37 35 31 20", "2A*14 20")]                  // 14 digits
    [InlineData("34 39 30 31 35 34 2D 32 30 2D 33 32 33 37 35 31 2D 38 20 41", "2A*18 20 41")]
    [InlineData("FF 34 00 39 00 30 00 31 00 35 00 34 00 32 00 30 00 33 00 32 00 33 00 37 00 35 00 31 00 38 00 FF", "FF 2A*29 00 FF")]
    [InlineData("00 34 00 39 00 30 00 31 00 35 00 34 00 32 00 30 00 33 00 32 00 33 00 37 00 35 00 31 00 38 FF", "00 2A*29 FF")]
    [InlineData(Packed + " " + OtherPacked, "2A*18")]
    public void What_looks_like_an_imei_is_masked_in_any_item(string data, string expected)
    {
        int fill = 128 - Bytes(data).Length;
        Check($"26 1F 02 {data} 00*{fill} 00 00", $"26 1F 02 {expected} 00*{fill} 00 00", Bytes(expected).Count(value => value == 0x2A));
    }

    [Theory]
    [InlineData("49 01 54 20 32 37 51")]                              // 14 digits
    [InlineData("94 10 45 02 23 73 15")]
    [InlineData("49 01 54 20 32 37 51 76")]                           // with a software version
    [InlineData("43 09 51 24 30 32 57 71 F6")]                        // the same as a mobile identity
    [InlineData("33 65 39 08 53 46 83 70 F6")]
    [InlineData("A3 56 93 80 35 64 38 00")]                           // 35 in two bytes, 14 digits
    [InlineData("04 09 00 01 05 04 02 00 03 02 03 07 05 01 08")]      // a digit a byte
    [InlineData("03 05 06 09 03 08 00 03 05 06 04 03 08 00 09")]
    [InlineData("03 05 06 09 03 08 00 03 05 06 04 03 08 00")]
    public void Nothing_of_a_number_is_left_in_rarer_forms(string number)
    {
        byte[] bytes = Bytes(number);
        foreach (string around in (string[])["FF", "00", "5B"])
            for (int at = 0; at <= 128 - bytes.Length; at++)
            {
                byte[] packet = Bytes($"26 1F 02 {around}*{at} {number} {around}*{128 - at - bytes.Length} 00 00");
                SecretBytes.MaskIn(packet);
                // A zero may be left of what begins or ends with one.
                Assert.DoesNotContain(packet.AsSpan(3 + at, bytes.Length).ToArray(), (byte left) => left is not (SecretBytes.Mask or <= 9));
                Assert.InRange(packet.AsSpan(3 + at, bytes.Length).Count(SecretBytes.Mask), bytes.Length - 2, bytes.Length);
            }
    }

    [Theory]
    [InlineData("34 39 30 31 35 34 32 30 33 32 33 37 35 00")]                                 // 13 digits
    [InlineData("32 30 32 35 31 30 32 39 32 31 30 34 31 41")]                                 // a time
    [InlineData("FF 22 01 54 20 32 37 51 8F FF")]                                             // wrong check digit
    [InlineData("01 02 03 04 05 06 07 FF 01 02 03 04 05 06 07 FF")]                        // small numbers
    [InlineData("12 34 5A 12 34 56 78 90 FF")]                                                // too short
    public void What_does_not_look_like_one_is_kept(string data)
    {
        string packet = $"26 1F 02 {data} 00*{128 - Bytes(data).Length} 00 00";
        Check(packet, packet, 0);
    }

    [Fact]
    public void An_imei_is_found_wherever_it_stands_in_an_item()
    {
        for (int at = 0; at <= 128 - 9; at++)
        {
            byte[] packet = Bytes($"26 1F 02 FF*{at} {OtherPacked} FF*{119 - at} 00 00");
            Assert.Equal(9, SecretBytes.MaskIn(packet));
            Assert.Equal(Bytes($"26 1F 02 FF*{at} 2A*9 FF*{119 - at} 00 00"), packet);
        }
    }

    [Fact]
    public void A_build_that_holds_an_imei_loses_it_and_keeps_the_rest()
    {
        byte[] packet = [0x7C, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. "MPSS.x 356938035643809 x\0SM-1\0"u8];
        Assert.Equal(15, SecretBytes.MaskIn(packet));
        Assert.Equal([0x7C, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. "MPSS.x *************** x\0SM-1\0"u8], packet);
    }

    [Fact]
    public void No_byte_of_a_random_packet_survives_as_part_of_the_number_in_it()
    {
        var random = new Random(550);
        for (int round = 0; round < 5000; round++)
        {
            var packet = new byte[133];
            random.NextBytes(packet);
            (packet[0], packet[1], packet[2]) = (0x26, 0x1F, 0x02);
            int at = random.Next(3, 131 - 9);
            Bytes(Packed).CopyTo(packet, at);
            SecretBytes.MaskIn(packet);
            Assert.Equal(Bytes("2A*8"), packet[(at + 1)..(at + 9)]);
        }
    }

    [Fact]
    public void Masking_allocates_nothing()
    {
        byte[] packet = Bytes($"26 1F 02 {Packed} 01*119 00 00");
        SecretBytes.MaskIn([.. packet]);
        var copy = new byte[packet.Length];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            packet.CopyTo(copy, 0);
            SecretBytes.MaskIn(copy);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 9_999);
    }

    private static void Check(string packet, string expected, int masked)
    {
        byte[] bytes = Bytes(packet);
        Assert.Equal(masked, SecretBytes.MaskIn(bytes));
        Assert.Equal(Convert.ToHexString(Bytes(expected)), Convert.ToHexString(bytes));
    }

    /// <summary>Reads "26 00*130" as 26 and 130 zero bytes.</summary>
    private static byte[] Bytes(string hex) =>
    [
        .. hex.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('*')).SelectMany(parts =>
            Enumerable.Repeat(byte.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1)),
    ];
}
