namespace ImeiAgent.Client.Cli;

// Resource names as a person types them.
internal static class Names
{
    /// <summary>Without the collection: "sm-g991u-3f2a" of "devices/sm-g991u-3f2a".</summary>
    public static string Short(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The full name of a phone: "devices/sm-g991u-3f2a" of "sm-g991u-3f2a"; a port stays as it is.</summary>
    public static string Device(string name) => name.Contains('/', StringComparison.Ordinal) ? name : $"devices/{name}";
}
