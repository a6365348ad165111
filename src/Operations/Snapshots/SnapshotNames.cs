namespace ImeiAgent.Operations;

/// <summary>Names of snapshots as they are shown: "snapshots/" and the vault's own.</summary>
internal static class SnapshotNames
{
    private const string Prefix = "snapshots/";

    /// <summary>The full name; empty stays empty.</summary>
    public static string Full(string name) => name.Length == 0 || name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;

    /// <summary>The vault's own name.</summary>
    public static string Bare(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
}
