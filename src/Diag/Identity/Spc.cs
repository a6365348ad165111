namespace ImeiAgent.Diag.Identity;

/// <summary>
/// A service programming code: six bytes, nearly always ASCII digits. Its text is the same for all codes, so that none can be
/// read, or told from another, in a log.
/// </summary>
public readonly record struct Spc
{
    /// <summary>How many bytes a code has.</summary>
    public const int Length = 6;

    /// <summary>"000000", the code of phones as they are made.</summary>
    public static readonly Spc FactoryDefault = FromBytes("000000"u8);

    // The low 48 bits; the top byte tells a code of six zero bytes from none at all.
    private readonly ulong _value;

    private Spc(ulong value) => _value = value;

    /// <summary>Takes six ASCII digits, as a person types them; null when they are no code.</summary>
    public static Spc? TryParse(ReadOnlySpan<char> digits)
    {
        if (digits.Length != Length || digits.ContainsAnyExceptInRange('0', '9'))
            return null;
        Span<byte> bytes = stackalloc byte[Length];
        for (int i = 0; i < Length; i++)
            bytes[i] = (byte)digits[i];
        return FromBytes(bytes);
    }

    /// <summary>Takes six bytes as they are: some phones have a corrupted code with NULs in it.</summary>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public static Spc FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException("An SPC is 6 bytes.", nameof(bytes));
        ulong value = 1;
        foreach (byte b in bytes)
            value = value << 8 | b;
        return new Spc(value);
    }

    /// <summary>Copies the six bytes, for the phone only.</summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>, which is no code: a wrong code would cost one of few tries.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (_value == 0)
            throw new InvalidOperationException("No SPC was given.");
        for (int i = 0; i < Length; i++)
            destination[i] = (byte)(_value >> (8 * (Length - 1 - i)));
    }

    /// <summary>Says nothing of the code.</summary>
    public override string ToString() => "******";
}
