using System.Globalization;
using System.Reflection;
using ImeiAgent.Operations;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>What the agent tells of itself in a support bundle.</summary>
internal sealed class AgentFacts(AgentSettings settings, TimeProvider time)
{
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>As it is now.</summary>
    public BundleFacts Now() => new(
        new Dictionary<string, string>
        {
            ["agent"] = typeof(AgentFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            ["started"] = _started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["uptime"] = (time.GetUtcNow() - _started).ToString("d'd 'hh':'mm':'ss", CultureInfo.InvariantCulture),
        },
        new Dictionary<string, string>
        {
            ["listen"] = string.Join(", ", [settings.Listen.ToString(), .. settings.Remote.Select(address => address.ToString())]),
            ["ports"] = string.Join(", ", settings.Ports),
            ["discovery"] = settings.Discovery ? "yes" : "no",
            ["window"] = settings.Session.LargestWindow.ToString(CultureInfo.InvariantCulture),
            ["traces"] = settings.KeepTraces ? "kept" : "not kept (--no-traces)",
            ["limits"] = settings.Limits.ToString(),
        });
}
