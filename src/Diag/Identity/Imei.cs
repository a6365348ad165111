using System.Globalization;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Diag.Identity;

/// <summary>
/// An IMEI of 15 digits: 8 of type allocation code, 6 of serial number, 1 check digit (3GPP TS 23.003, clause 6 and annex B).
/// Whether it may be written to a phone is asked of <see cref="ImeiLabel"/>; this type only holds digits.
/// </summary>
public readonly record struct Imei
{
    /// <summary>How many digits an IMEI has, the check digit included.</summary>
    public const int DigitCount = 15;

    /// <summary>How many bytes of NV item 550 hold it.</summary>
    public const int PackedLength = 9;

    private readonly ulong _value;

    private Imei(ulong value) => _value = value;

    /// <summary>Takes exactly 15 ASCII digits; the check digit is not looked at.</summary>
    /// <exception cref="ArgumentException">There are more or fewer, or others.</exception>
    public static Imei FromDigits(ReadOnlySpan<char> digits)
    {
        if (digits.Length != DigitCount || digits.ContainsAnyExceptInRange('0', '9'))
            throw new ArgumentException("An IMEI is 15 digits.", nameof(digits));
        return new Imei(ulong.Parse(digits, CultureInfo.InvariantCulture));
    }

    /// <summary>The Luhn digit over the first 14 digits (TS 23.003, annex B.1).</summary>
    /// <param name="digits">At least 14 ASCII digits; those after the 14th are not looked at.</param>
    public static int CheckDigit(ReadOnlySpan<char> digits)
    {
        int sum = 0;
        for (int i = 0; i < DigitCount - 1; i++)
        {
            int digit = digits[i] - '0';
            if (i % 2 == 1)
                digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
            sum += digit;
        }
        return (10 - sum % 10) % 10;
    }

    /// <summary>Whether the 15th digit is the Luhn digit of the others.</summary>
    public bool HasRightCheckDigit
    {
        get
        {
            string digits = Reveal();
            return digits[^1] - '0' == CheckDigit(digits);
        }
    }

    /// <summary>Whether the 15th digit is 0, as phones that store a spare digit have it (TS 23.003, clause 6.2.1).</summary>
    public bool HasSpareDigit => _value % 10 == 0;

    /// <summary>All 15 digits. For the phone and for a person who asked; never for logs, traces or errors.</summary>
    public string Reveal() => _value.ToString("D15", CultureInfo.InvariantCulture);

    /// <summary>Type allocation code and the last two digits, as in "35693803*****09".</summary>
    public override string ToString()
    {
        string digits = Reveal();
        return string.Concat(digits.AsSpan(0, 8), "*****", digits.AsSpan(13));
    }

    /// <summary>
    /// The item data of NV 550: a length byte 08, then the mobile identity of 3GPP TS 24.008, 10.5.1.4: low nibble of the first byte
    /// A (type IMEI, odd count), then the digits, two a byte, low nibble first; zeros to 128 bytes.
    /// </summary>
    public NvData Pack()
    {
        string digits = Reveal();
        Span<byte> packed = stackalloc byte[PackedLength];
        packed[0] = 8;
        packed[1] = (byte)((digits[0] - '0') << 4 | 0xA);
        for (int i = 2; i < PackedLength; i++)
            packed[i] = (byte)((digits[2 * i - 3] - '0') | (digits[2 * i - 2] - '0') << 4);
        return NvData.From(packed);
    }

    /// <summary>Reads the first 9 bytes of item data; null when they do not hold 15 decimal digits of type IMEI.</summary>
    public static Imei? Unpack(ReadOnlySpan<byte> data)
    {
        if (data.Length < PackedLength || data[0] != 8 || (data[1] & 0xF) != 0xA)
            return null;
        Span<char> digits = stackalloc char[DigitCount];
        digits[0] = (char)('0' + (data[1] >> 4));
        for (int i = 2; i < PackedLength; i++)
        {
            digits[2 * i - 3] = (char)('0' + (data[i] & 0xF));
            digits[2 * i - 2] = (char)('0' + (data[i] >> 4));
        }
        return digits.ContainsAnyExceptInRange('0', '9') ? null : FromDigits(digits);
    }
}
