using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>Where the pages of a context are: <c>/at/CONTEXT/...</c>.</summary>
public static class WindowAddress
{
    private const string Start = "/at/";

    /// <summary>The path of a context's first page.</summary>
    /// <param name="context">Name of a context, or <see cref="AgentContext.Local"/>.</param>
    public static string PathOf(string context) => $"{Start}{context}/";

    /// <summary>Which context a path belongs to; null for a path of none.</summary>
    /// <param name="path">The path of a page, without query.</param>
    public static string? ContextOf(string? path)
    {
        if (path is null || !path.StartsWith(Start, StringComparison.Ordinal))
            return null;
        string rest = path[Start.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string name = slash < 0 ? rest : rest[..slash];
        return IsContext(name) ? name : null;
    }

    /// <summary>Whether that can be the name of a context, or is <see cref="AgentContext.Local"/>.</summary>
    public static bool IsContext(string name) => name == AgentContext.Local || AgentContext.IsName(name);
}
