namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>Two byte strings of the same length above each other.</summary>
public static class BytePairs
{
    /// <summary>How many bytes differ. What is missing counts as 00.</summary>
    public static int Differing(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int count = 0;
        for (int i = 0; i < Math.Max(a.Length, b.Length); i++)
            count += Differs(a, b, i) ? 1 : 0;
        return count;
    }

    /// <summary>The first byte that differs; -1 when none does.</summary>
    public static int First(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        for (int i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            if (Differs(a, b, i))
                return i;
        }
        return -1;
    }

    /// <summary>Whether the bytes at an offset differ.</summary>
    public static bool Differs(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int at) => At(a, at) != At(b, at);

    /// <summary>Where a line begins that shows the first difference: at 0 while that is near enough, else at a multiple of 8.</summary>
    /// <param name="first">The first byte that differs; negative for none.</param>
    /// <param name="width">Bytes in the line.</param>
    public static int Window(int first, int width) => first < width - 4 ? 0 : first & ~7;

    private static byte At(ReadOnlySpan<byte> bytes, int at) => at < bytes.Length ? bytes[at] : (byte)0;
}
