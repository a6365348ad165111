namespace ImeiAgent.Diag.Identity;

/// <summary>Who a phone is, told by things that a lost IMEI leaves alone. Strings are empty where the phone did not tell.</summary>
/// <param name="Model">Model, as in "SM-G991U".</param>
/// <param name="Build">Firmware build.</param>
/// <param name="Esn">Electronic serial number, 8 upper-case hex digits; empty when many phones share it (<see cref="Identity.Esn.IsNone"/>).</param>
/// <param name="Meid">MEID, 14 upper-case hex digits; empty when zeros or erased memory.</param>
/// <param name="Compiled">Compile date and time of the modem firmware.</param>
public sealed record PhoneIdentity(string Model, string Build, string Esn, string Meid, string Compiled)
{
    /// <summary>A phone that told nothing.</summary>
    public static readonly PhoneIdentity None = new("", "", "", "", "");

    /// <summary>Whether it tells which single phone it is, not only which model.</summary>
    public bool IsUnique => Esn.Length > 0 || Meid.Length > 0;

    /// <summary>
    /// Whether both are surely one phone: they share a serial number (ESN or MEID), and contradict each other in neither
    /// serial number nor model. The build is left out: a firmware update is why IMEIs get lost.
    /// </summary>
    public bool IsSamePhoneAs(PhoneIdentity other) =>
        !Contradicts(Esn, other.Esn) && !Contradicts(Meid, other.Meid) && !Contradicts(Model, other.Model)
        && (Shares(Esn, other.Esn) || Shares(Meid, other.Meid));

    /// <summary>
    /// Whether both are surely two phones: they share no serial number and contradict each other in one. Not the opposite of
    /// <see cref="IsSamePhoneAs"/>: of phones that tell too little, neither is sure.
    /// </summary>
    public bool IsAnotherPhoneThan(PhoneIdentity other) =>
        !Shares(Esn, other.Esn) && !Shares(Meid, other.Meid) && (Contradicts(Esn, other.Esn) || Contradicts(Meid, other.Meid));

    private static bool Shares(string left, string right) => left.Length > 0 && left == right;

    private static bool Contradicts(string left, string right) => left.Length > 0 && right.Length > 0 && left != right;
}
