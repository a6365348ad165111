namespace ImeiAgent.Operations;

/// <summary>Names of jobs as they are shown: "jobs/" and the vault's own.</summary>
internal static class JobNames
{
    private const string Prefix = "jobs/";

    /// <summary>The full name.</summary>
    public static string Full(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;

    /// <summary>The vault's own name.</summary>
    public static string Bare(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
}
