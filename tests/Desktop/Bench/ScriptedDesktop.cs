using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Access;
using ImeiAgent.Unit.Client;
using Xunit;

namespace ImeiAgent.Desktop.Bench;

/// <summary>The desktop program of a scripted agent, of a user without contexts.</summary>
internal static class ScriptedDesktop
{
    public static Task<DesktopHost> StartAsync(FakeAgent agent, Entrance? entrance = null) => DesktopHost.StartAsync(
        new DesktopOptions { Local = agent.Endpoint, Contexts = new ContextStore(agent.Socket + ".contexts") }, TestContext.Current.CancellationToken, entrance);
}
