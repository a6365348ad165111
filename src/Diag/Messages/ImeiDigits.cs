namespace ImeiAgent.Diag.Messages;

/// <summary>
/// Finds what looks like an IMEI in bytes whose layout is not known, and masks it. Rather too much than too little: what is taken for one
/// by chance is missed by nobody.
/// </summary>
internal static class ImeiDigits
{
    /// <summary>An IMEI without its check digit, which anybody can work out.</summary>
    private const int FewestDigits = 14;

    /// <summary>The bytes that hold <see cref="FewestDigits"/>, two a byte.</summary>
    private const int Core = FewestDigits / 2;

    // Small numbers in larger fields look like digits, but have many zero bytes and few different digits.
    private const int MostZeroBytes = 2;
    private const int FewestDifferent = 5;
    private const int MostZeroDigits = 5;

    // Shorter numbers in text, such as times, look like two digits a byte.
    private const int ShortestText = 4;

    /// <summary>Masks numbers written as text, one or two bytes a character, also with a separator between digits.</summary>
    public static int MaskText(Span<byte> bytes)
    {
        int masked = 0, at = 0;
        while (bytes.Length - at >= FewestDigits)
        {
            int digit = bytes[at..].IndexOfAnyInRange((byte)'0', (byte)'9');
            if (digit < 0)
                break;
            at += digit;
            (int narrow, int narrowEnd) = CountDigits(bytes, at, step: 1);
            (int wide, int wideEnd) = narrow == 1 ? CountDigits(bytes, at, step: 2) : (0, at);
            int end = Math.Max(narrow >= FewestDigits ? narrowEnd : 0, wide >= FewestDigits ? wideEnd : 0);
            if (end > 0)
            {
                bytes[at..end].Fill(SecretBytes.Mask);
                masked += end - at;
            }
            at = Math.Max(end, narrowEnd);
        }
        return masked;
    }

    /// <summary>Masks numbers written as text, or one or two digits a byte, these in either order.</summary>
    public static int MaskData(Span<byte> data)
    {
        // Short values are the most, and end in zeros: an IMEI has at most a few.
        int length = data.LastIndexOfAnyExcept((byte)0) + 1;
        if (length <= Core - MostZeroBytes)
            return 0;
        Span<byte> bytes = data[..Math.Min(data.Length, length + MostZeroBytes + 1)];
        // Each looks at the bytes as they came: what another takes for a number by chance may be the beginning of one.
        Span<byte> came = stackalloc byte[bytes.Length];
        bytes.CopyTo(came);
        MaskText(bytes);
        MaskSingle(came, bytes);
        MaskPacked(came, bytes);
        int masked = 0;
        for (int i = 0; i < bytes.Length; i++)
            masked += bytes[i] != came[i] ? 1 : 0;
        return masked;
    }

    private static (int Count, int End) CountDigits(ReadOnlySpan<byte> bytes, int start, int step)
    {
        int count = 1, end = start + 1;
        for (int at = start + step; at < bytes.Length; at += step)
        {
            if (step == 2 && bytes[at - 1] != 0)
                break;
            if (IsDigit(bytes[at]))
                count++;
            else if (bytes[at] is not ((byte)'-' or (byte)' ' or (byte)'/' or (byte)'.') || at + step >= bytes.Length || !IsDigit(bytes[at + step]))
                break;
            end = at + 1;
        }
        return (count, end);
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    /// <summary>Looks at every seven bytes that hold digits only, and masks them with the one before or behind that completes the number.</summary>
    private static void MaskPacked(ReadOnlySpan<byte> came, Span<byte> bytes)
    {
        int run = 0, start = 0, end = 0;
        for (int i = 0; i < came.Length; i++)
        {
            run = IsPair(came[i]) ? run + 1 : 0;
            if (run < Core || !IsNumber(came, i - Core + 1, out int from, out int to))
                continue;
            // What was found before is masked only when nothing that is still to be looked at reaches into it.
            if (from > end)
            {
                bytes[start..end].Fill(SecretBytes.Mask);
                start = from;
            }
            start = Math.Min(start, from);
            end = Math.Max(end, to);
            // The layout of item 550 leaves no doubt where the number ends.
            if (from == i - Core - 1)
                run = 0;
        }
        bytes[start..end].Fill(SecretBytes.Mask);
    }

    /// <summary>The same of digits that have a byte each.</summary>
    private static void MaskSingle(ReadOnlySpan<byte> came, Span<byte> bytes)
    {
        for (int from = 0; came.Length - from >= FewestDigits; from++)
        {
            int length = came[from..].IndexOfAnyExceptInRange((byte)0, (byte)9);
            length = length < 0 ? came.Length - from : length;
            if (length < FewestDigits)
            {
                from += length;
                continue;
            }
            ReadOnlySpan<byte> digits = came.Slice(from, Math.Min(length, FewestDigits + 1));
            if (!LooksSingle(digits) || !BeginsLikeOne(digits) && !(digits.Length > FewestDigits && HasCheckDigit(digits)))
                continue;
            bytes.Slice(from, digits.Length).Fill(SecretBytes.Mask);
            from += digits.Length - 1;
        }
    }

    private static bool LooksSingle(ReadOnlySpan<byte> digits)
    {
        int seen = 0;
        foreach (byte digit in digits)
            seen |= 1 << digit;
        return digits.Count((byte)0) <= MostZeroDigits && int.PopCount(seen) >= FewestDifferent;
    }

    private static bool IsPair(byte value) => (value & 0xF) <= 9 && value <= 0x99;

    private static bool IsNumber(ReadOnlySpan<byte> bytes, int core, out int from, out int to)
    {
        byte before = core > 0 ? bytes[core - 1] : (byte)0xFF, behind = core + Core < bytes.Length ? bytes[core + Core] : (byte)0xFF;
        ReadOnlySpan<byte> middle = bytes.Slice(core, Core);
        from = core;
        to = core + Core;

        // The mobile identity of 3GPP TS 24.008, 10.5.1.4, as item 550 has it: a length of 8, then a first digit with the type IMEI. That of an
        // IMEI with a software version is one byte longer.
        bool isIdentity = (before & 0xF) == 0xA && before <= 0x9A, isWithVersion = (before & 0xF) == 3 && before <= 0x93 && behind >> 4 == 0xF;
        bool isItem550 = isIdentity && core > 1 && bytes[core - 2] == 8;
        if (!isItem550 && !LooksRandom(middle))
            return false;
        if (isIdentity || isWithVersion)
        {
            from -= isItem550 ? 2 : 1;
            to = Math.Min(to + (isWithVersion ? 1 : 0), bytes.Length);
            return true;
        }

        Span<byte> high = stackalloc byte[FewestDigits + 2], low = stackalloc byte[FewestDigits + 2];
        for (int i = 0; i < Core; i++)
        {
            high[2 * i + 1] = low[2 * i + 2] = (byte)(middle[i] >> 4);
            high[2 * i + 2] = low[2 * i + 1] = (byte)(middle[i] & 0xF);
        }
        (high[0], high[^1], low[0], low[^1]) = ((byte)(before & 0xF), (byte)(behind >> 4), (byte)(before >> 4), (byte)(behind & 0xF));
        if (HasCheckDigit(high[..^1]) || HasCheckDigit(low[..^1]))
            from--;
        else if (HasCheckDigit(high[1..]) || HasCheckDigit(low[1..]) || BeginsLikeOne(high[1..]) || BeginsLikeOne(low[1..]))
            to = Math.Min(to + 1, bytes.Length);
        else if (BeginsLikeOne(high) || BeginsLikeOne(low))
            (from, to) = (from - 1, Math.Min(to + 1, bytes.Length));
        else
            return false;
        return true;
    }

    private static bool LooksRandom(ReadOnlySpan<byte> middle)
    {
        if (middle.Count((byte)0) > MostZeroBytes)
            return false;
        int seen = 0, text = 0;
        foreach (byte pair in middle)
        {
            seen |= 1 << (pair >> 4) | 1 << (pair & 0xF);
            text = IsDigit(pair) ? text + 1 : 0;
            if (text == ShortestText)
                return false;
        }
        return int.PopCount(seen) >= FewestDifferent;
    }

    /// <summary>
    /// Whether digits begin with a reporting body: such a number needs no check digit, as one with a software version has none. 35 and 86 are those
    /// of nearly all phones; the others (3GPP TS 23.003, GSMA TS.06) are small numbers too, which have more zeros.
    /// </summary>
    private static bool BeginsLikeOne(ReadOnlySpan<byte> digits) => digits[..2] switch
    {
        [3, 5] or [8, 6] => true,
        [0, 1] or [4, 4 or 5 or 9] or [5, <= 4] or [9, 1 or 8 or 9] => digits[..FewestDigits].Count((byte)0) <= MostZeroDigits,
        _ => false,
    };

    /// <summary>15 digits whose last is the Luhn digit of the others (3GPP TS 23.003, annex B.1).</summary>
    private static bool HasCheckDigit(ReadOnlySpan<byte> digits)
    {
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[i];
            if (digit > 9)
                return false;
            if (i % 2 == 1)
                digit = digit > 4 ? digit * 2 - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }
}
