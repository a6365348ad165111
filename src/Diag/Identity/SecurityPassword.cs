using System.Buffers.Binary;
using System.Globalization;

namespace ImeiAgent.Diag.Identity;

/// <summary>The "16-digit" security password of old CDMA phones: eight bytes, written as 16 hex digits. Its text is the same for all.</summary>
public readonly record struct SecurityPassword
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = 8;

    private readonly ulong _value;
    private readonly bool _given;

    private SecurityPassword(ulong value) => (_value, _given) = (value, true);

    /// <summary>Takes 16 hex digits, blanks between them allowed; null when they are none.</summary>
    public static SecurityPassword? TryParse(ReadOnlySpan<char> text)
    {
        Span<char> digits = stackalloc char[2 * Length];
        int count = 0;
        foreach (char c in text)
        {
            if (c == ' ')
                continue;
            if (!char.IsAsciiHexDigit(c) || count == digits.Length)
                return null;
            digits[count++] = c;
        }
        return count == digits.Length
            ? new SecurityPassword(ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>Copies the eight bytes, for the phone only.</summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>, which is no password.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (!_given)
            throw new InvalidOperationException("No security password was given.");
        BinaryPrimitives.WriteUInt64BigEndian(destination, _value);
    }

    /// <summary>Says nothing of the password.</summary>
    public override string ToString() => "****************";
}
