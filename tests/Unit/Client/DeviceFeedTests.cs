using System.Threading.Channels;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Client;

/// <summary>What the desktop window knows of the agent's devices: it is told, and never asks.</summary>
public sealed class DeviceFeedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_shows_everything_at_once_then_each_change_and_never_lists()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        var news = Channel.CreateUnbounded<WatchDevicesResponse>();
        agent.OnWatchDevices = async (answers, context) =>
        {
            await foreach (WatchDevicesResponse one in news.Reader.ReadAllAsync(context.CancellationToken))
                await answers.WriteAsync(one);
        };
        await using Running feed = await Running.StartAsync(agent);

        news.Writer.TryWrite(new WatchDevicesResponse { Device = Samples.Phone() });
        news.Writer.TryWrite(new WatchDevicesResponse { Device = new Device { Name = "devices/other", Port = "/dev/other" } });
        news.Writer.TryWrite(new WatchDevicesResponse { Barrier = new WatchBarrier() });
        Assert.Equal(["devices/other", Samples.PhoneName], Names(await feed.NextAsync()));

        news.Writer.TryWrite(new WatchDevicesResponse { Heartbeat = new WatchHeartbeat() });
        news.Writer.TryWrite(new WatchDevicesResponse { Removed = new RemovedDevice { Name = "devices/other", Port = "/dev/other" } });
        // Nobody is disturbed by the heartbeat.
        Assert.Equal([Samples.PhoneName], Names(await feed.NextAsync()));
        Assert.Equal((1, 0), (agent.RequestsOf<WatchDevicesRequest>().Count(), agent.RequestsOf<ListDevicesRequest>().Count()));
    }

    [Fact]
    public async Task A_lost_agent_is_told_what_was_seen_stays_and_its_return_heals()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using Running feed = await Running.StartAsync(agent);
        Assert.Equal((null, 1), Brief(await feed.NextAsync()));

        agent.OnListDevices = () => new ListDevicesResponse();
        await agent.StopAsync();
        DeviceView lost = await feed.NextAsync();
        Assert.NotNull(lost.Fault);
        Assert.Single(lost.Devices);

        await agent.ListenAsync();
        DeviceView view = lost;
        while (view.Fault is not null)
            view = await feed.NextAsync();
        Assert.Empty(view.Devices);
    }

    private static IEnumerable<string> Names(DeviceView view) => view.Devices.Select(device => device.Name);

    private static (string? Fault, int Devices) Brief(DeviceView view) => (view.Fault, view.Devices.Count);

    /// <summary>A feed, and each view that it raised.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly Channel<DeviceView> _views = Channel.CreateUnbounded<DeviceView>();
        private readonly AgentClient _client;
        private readonly DeviceFeed _feed;

        private Running(AgentClient client, DeviceFeed feed)
        {
            (_client, _feed) = (client, feed);
            feed.Changed += () => _views.Writer.TryWrite(feed.View);
        }

        public static async Task<Running> StartAsync(FakeAgent agent)
        {
            var time = new ImpatientTime();
            var client = AgentClient.Connect(agent.Endpoint, time);
            var running = new Running(client, new DeviceFeed(client, time, NullLogger<DeviceFeed>.Instance));
            await running._feed.StartAsync(Cancellation);
            return running;
        }

        public async Task<DeviceView> NextAsync() => await _views.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Eventually.Deadline, Cancellation);

        public async ValueTask DisposeAsync()
        {
            await _feed.StopAsync(CancellationToken.None);
            _feed.Dispose();
            await _client.DisposeAsync();
        }
    }
}
