namespace ImeiAgent.Client.Cli;

// Resource names as a person types them.
internal static class Names
{
    /// <summary>Without the collection: "sm-g991u-3f2a" of "devices/sm-g991u-3f2a".</summary>
    public static string Short(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
