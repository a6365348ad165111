namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>The contract's names for a person.</summary>
public static class Named
{
    /// <summary>What stands behind the last slash: "journal/17" is 17, "devices/sm-g991u-3f2a" is sm-g991u-3f2a.</summary>
    public static string Short(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SafeText.Clean(name[(name.LastIndexOf('/') + 1)..]);
    }

    /// <summary>The full name of a phone, which finds one that is gone, too; empty for none.</summary>
    public static string Device(string? name) => string.IsNullOrEmpty(name) ? "" : name.StartsWith("devices/", StringComparison.Ordinal) ? name : "devices/" + name;
}
