using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>
/// The codes that an operator gave for one request. Each is handed out once: a phone counts wrong codes, and some lock up for good. They
/// live no longer than the request and are written nowhere.
/// </summary>
internal sealed class UnlockCodes(Spc? spc, SecurityPassword? password)
{
    private Spc? _spc = spc;
    private SecurityPassword? _password = password;

    /// <summary>Reads them as they were typed.</summary>
    /// <exception cref="OperationException">One is none.</exception>
    public static UnlockCodes Parse(string spc, string password) => new(
        spc.Length == 0 ? null : Spc.TryParse(spc) ?? throw Faults.Argument("spc", "6 digits are expected."),
        password.Length == 0 ? null : SecurityPassword.TryParse(password) ?? throw Faults.Argument("security_password", "16 hex digits are expected."));

    /// <summary>No codes.</summary>
    public static UnlockCodes None() => new(null, null);

    /// <summary>The service programming code, the first time.</summary>
    public Spc? TakeSpc()
    {
        (Spc? taken, _spc) = (_spc, null);
        return taken;
    }

    /// <summary>The security password, the first time.</summary>
    public SecurityPassword? TakePassword()
    {
        (SecurityPassword? taken, _password) = (_password, null);
        return taken;
    }

    /// <summary>Says nothing of them.</summary>
    public override string ToString() => "codes";
}
