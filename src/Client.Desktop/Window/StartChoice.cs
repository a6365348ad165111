using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>What a start is meant to show, and of which running program it is a further start.</summary>
/// <param name="Options">The agents, and which of them the first window shows.</param>
/// <param name="IsNamed">Whether the user named it for this start: else any window that is open will do.</param>
/// <param name="InstanceId">The same for all starts that share one program: those of the same local agent, contexts and display. 16 hex digits.</param>
public sealed record StartChoice(DesktopOptions Options, bool IsNamed, string InstanceId)
{
    /// <summary>What the first agent is called in addresses: a context, or <see cref="AgentContext.Local"/>.</summary>
    public string Context => Options.First;

    /// <summary>Reads it from what was typed and from the environment.</summary>
    /// <param name="context">What was typed after --context; null when nothing was.</param>
    /// <param name="agent">What was typed after --agent; null when nothing was.</param>
    /// <param name="environment">Environment variables by name.</param>
    /// <exception cref="FormatException">As <see cref="AgentChoice.Resolve"/>.</exception>
    /// <exception cref="ContextException">As <see cref="AgentChoice.Resolve"/>.</exception>
    public static StartChoice Of(string? context, string? agent, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var options = DesktopOptions.Of(context, agent, environment);
        bool isNamed = context is not null || agent is not null || environment("IMEI_CONTEXT") is { Length: > 0 };
        return new StartChoice(options, isNamed, Id(options.Local, options.Contexts.Directory, Display(environment)));
    }

    // A user who is there twice, at the machine and from afar, sees on each display its own windows only.
    private static string Display(Func<string, string?> environment)
    {
        if (!OperatingSystem.IsWindows())
            return $"{environment("DISPLAY")} {environment("WAYLAND_DISPLAY")}";
        using var self = Process.GetCurrentProcess();
        return $"{Environment.UserName} {self.SessionId}";
    }

    private static string Id(params object[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];
}
