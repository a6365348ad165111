using System.Globalization;

namespace ImeiAgent.Diag.Identity;

/// <summary>An electronic serial number, 32 bits. Phones with a MEID report a pseudo-ESN made from it (3GPP2 C.S0072).</summary>
public readonly record struct Esn(uint Value)
{
    /// <summary>80 and the last 24 bits of SHA-1 over seven zero bytes: what a phone without a MEID computes.</summary>
    private const uint PseudoOfZeroMeid = 0x80F28490;

    /// <summary>
    /// Whether many phones share the number, so that it tells none from another: 0 or 0xDEADD00D (none), 0xFFFFFFFF (erased memory),
    /// or the pseudo-ESN of a MEID of zeros.
    /// </summary>
    public bool IsNone => Value is 0 or 0xDEADD00D or 0xFFFFFFFF or PseudoOfZeroMeid;

    /// <summary>8 upper-case hex digits; empty when <see cref="IsNone"/>.</summary>
    public override string ToString() => IsNone ? "" : Value.ToString("X8", CultureInfo.InvariantCulture);
}
