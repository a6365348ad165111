using System.Globalization;

namespace ImeiAgent.Diag.Identity;

/// <summary>Why a number is not accepted.</summary>
public enum ImeiFault
{
    /// <summary>It is accepted.</summary>
    None,
    /// <summary>Something other than digits, blanks, dashes and slashes.</summary>
    NotDigits,
    /// <summary>Not 14, 15, 16 or 17 digits.</summary>
    WrongLength,
    /// <summary>The 15th digit is not the Luhn digit: a digit was misread.</summary>
    WrongCheckDigit,
    /// <summary>All zeros.</summary>
    AllZero,
    /// <summary>One digit all along.</summary>
    RepeatedDigit,
    /// <summary>A number that firmware and emulators use when they have none.</summary>
    Placeholder,
    /// <summary>A type allocation code for tests, or reserved.</summary>
    ReservedTac,
}

/// <summary>What kind of number was printed on the label, told by its count of digits.</summary>
public enum ImeiForm
{
    /// <summary>15: the IMEI.</summary>
    Imei,
    /// <summary>14: the check digit is missing and was computed.</summary>
    WithoutCheckDigit,
    /// <summary>16: IMEISV, type allocation code, serial number and 2 digits of software version; the check digit was computed.</summary>
    Imeisv,
    /// <summary>17: the IMEI followed by 2 digits of software version, which were dropped.</summary>
    ImeiWithSoftwareVersion,
}

/// <summary>
/// A number as a person typed it from a label, box or invoice, and what it means. Either <see cref="Imei"/> is set or
/// <see cref="Fault"/> says why not.
/// </summary>
public sealed record ImeiLabel
{
    private ImeiLabel(ImeiFault fault, int digitCount) => (Fault, DigitCount) = (fault, digitCount);

    /// <summary>The accepted number.</summary>
    public Imei? Imei { get; private init; }

    /// <summary>Why there is none.</summary>
    public ImeiFault Fault { get; }

    /// <summary>How many digits were typed.</summary>
    public int DigitCount { get; }

    /// <summary>What kind of number was typed; meaningful when it was accepted.</summary>
    public ImeiForm Form { get; private init; }

    /// <summary>Whether the check digit was computed rather than typed: a person must compare it with the label.</summary>
    public bool CheckDigitComputed => Form is ImeiForm.WithoutCheckDigit or ImeiForm.Imeisv;

    /// <summary>Reads what a person typed or pasted. Blanks, dashes, slashes and invisible format characters are passed over.</summary>
    public static ImeiLabel Read(ReadOnlySpan<char> text)
    {
        Span<char> digits = stackalloc char[18];
        int count = 0;
        foreach (char c in text)
        {
            if (IsSeparator(c))
                continue;
            if (!char.IsAsciiDigit(c))
                return new ImeiLabel(ImeiFault.NotDigits, count);
            if (count < digits.Length)
                digits[count] = c;
            count++;
        }
        if (count is < 14 or > 17)
            return new ImeiLabel(ImeiFault.WrongLength, count);

        ImeiForm form = count switch
        {
            14 => ImeiForm.WithoutCheckDigit,
            16 => ImeiForm.Imeisv,
            17 => ImeiForm.ImeiWithSoftwareVersion,
            _ => ImeiForm.Imei,
        };
        int checkDigit = Identity.Imei.CheckDigit(digits);
        if (form is ImeiForm.WithoutCheckDigit or ImeiForm.Imeisv)
            digits[14] = (char)('0' + checkDigit);
        var imei = Identity.Imei.FromDigits(digits[..Identity.Imei.DigitCount]);

        ImeiFault fault = ImeiRules.NotAPhonesOwn(imei);
        if (fault == ImeiFault.None && digits[14] - '0' != checkDigit)
            fault = ImeiFault.WrongCheckDigit;
        return fault == ImeiFault.None
            ? new ImeiLabel(fault, count) { Imei = imei, Form = form }
            : new ImeiLabel(fault, count);
    }

    // Invoices bring typographic dashes (U+2010 to U+2015), Windows' property sheets an invisible direction mark (U+200E).
    private static bool IsSeparator(char c) =>
        c is '-' or '/' || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is UnicodeCategory.DashPunctuation or UnicodeCategory.Format;
}
