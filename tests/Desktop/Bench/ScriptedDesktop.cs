using System.Threading.Channels;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Access;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Bench;

/// <summary>The desktop program of a scripted agent, of a user without contexts.</summary>
internal static class ScriptedDesktop
{
    /// <summary>What the agent tells of its devices: nothing is there yet, and then whatever is written here.</summary>
    public static ChannelWriter<WatchDevicesResponse> NewsOf(FakeAgent agent)
    {
        var news = Channel.CreateUnbounded<WatchDevicesResponse>();
        news.Writer.TryWrite(new WatchDevicesResponse { Barrier = new WatchBarrier() });
        agent.OnWatchDevices = async (answers, context) =>
        {
            await foreach (WatchDevicesResponse one in news.Reader.ReadAllAsync(context.CancellationToken))
                await answers.WriteAsync(one);
        };
        return news.Writer;
    }

    /// <summary>Starts the program.</summary>
    public static Task<DesktopHost> StartAsync(FakeAgent agent, Entrance? entrance = null) => DesktopHost.StartAsync(
        new DesktopOptions { Local = agent.Endpoint, Contexts = new ContextStore(agent.Socket + ".contexts") }, TestContext.Current.CancellationToken, entrance);
}
