namespace ImeiAgent.Diag.Framing;

/// <summary>
/// The frame check of DIAG: CRC-16/X-25 (polynomial 0x1021 reflected to 0x8408, initial value 0xFFFF, result inverted).
/// Its check value over ASCII "123456789" is 0x906E.
/// </summary>
public static class Crc16
{
    /// <summary>The running, not yet inverted, value before the first byte.</summary>
    public const ushort Seed = 0xFFFF;

    /// <summary>What the running value must be after the payload and its two check bytes (low byte first).</summary>
    public const ushort GoodResidue = 0xF0B8;

    private static readonly ushort[] Table = BuildTable();

    /// <summary>Feeds one byte into a running value that began as <see cref="Seed"/>.</summary>
    public static ushort Update(ushort running, byte value) =>
        (ushort)((running >> 8) ^ Table[(running ^ value) & 0xFF]);

    /// <summary>Feeds bytes into a running value that began as <see cref="Seed"/>.</summary>
    public static ushort Update(ushort running, ReadOnlySpan<byte> bytes)
    {
        ushort[] table = Table;
        foreach (byte value in bytes)
            running = (ushort)((running >> 8) ^ table[(running ^ value) & 0xFF]);
        return running;
    }

    /// <summary>The finished check value of a payload, as it is appended to the frame (low byte first).</summary>
    public static ushort Compute(ReadOnlySpan<byte> payload) => (ushort)~Update(Seed, payload);

    private static ushort[] BuildTable()
    {
        var table = new ushort[256];
        for (int value = 0; value < table.Length; value++)
        {
            int remainder = value;
            for (int bit = 0; bit < 8; bit++)
                remainder = (remainder & 1) != 0 ? (remainder >> 1) ^ 0x8408 : remainder >> 1;
            table[value] = (ushort)remainder;
        }
        return table;
    }
}
