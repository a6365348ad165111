namespace ImeiAgent.Diag.Identity;

/// <summary>Numbers that are no phone's own, however well their check digit fits.</summary>
public static class ImeiRules
{
    /// <summary>
    /// Why the number cannot belong to a phone, or <see cref="ImeiFault.None"/>. The check digit is not looked at.
    /// Reporting bodies: 00 and 02 to 09 are test ranges, 98 is reserved (GSMA TS.06).
    /// </summary>
    public static ImeiFault NotAPhonesOwn(Imei imei)
    {
        string digits = imei.Reveal();
        ReadOnlySpan<char> body = digits.AsSpan(0, 14);
        if (!body.ContainsAnyExcept('0'))
            return ImeiFault.AllZero;
        if (!body.ContainsAnyExcept(body[0]))
            return ImeiFault.RepeatedDigit;
        // 004999010640000: factory test and emulators; 358673013795895: blacklisted by apps as a fake; 123456789... and
        // 012345678901237: keyboards.
        if (digits.StartsWith("004999", StringComparison.Ordinal)
            || digits.StartsWith("35867301379589", StringComparison.Ordinal)
            || digits.StartsWith("123456789", StringComparison.Ordinal)
            || digits.StartsWith("01234567890123", StringComparison.Ordinal))
            return ImeiFault.Placeholder;
        int reportingBody = (digits[0] - '0') * 10 + (digits[1] - '0');
        return reportingBody is 0 or (>= 2 and <= 9) or 98 ? ImeiFault.ReservedTac : ImeiFault.None;
    }
}
