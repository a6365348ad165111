using System.Threading.Channels;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Client;

/// <summary>What the desktop windows know of an agent: they are told, and never ask.</summary>
public sealed class AgentLinkTests
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
        await using Running feed = new(agent);

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
        await using Running feed = new(agent);
        AgentView first = await feed.NextAsync();
        Assert.Equal((null, 1), Brief(first));
        Assert.Equal(Role.Owner, first.Role);

        agent.OnListDevices = () => new ListDevicesResponse();
        await agent.StopAsync();
        AgentView lost = await feed.NextAsync();
        Assert.NotNull(lost.Fault);
        Assert.Single(lost.Devices);

        await agent.ListenAsync();
        AgentView view = lost;
        while (view.Fault is not null)
            view = await feed.NextAsync();
        Assert.Empty(view.Devices);
    }

    [Fact]
    public async Task Jobs_are_shown_with_how_they_ended_until_a_connection_that_does_not_tell_them()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        var news = Channel.CreateUnbounded<WatchDevicesResponse>();
        agent.OnWatchDevices = async (answers, context) =>
        {
            await foreach (WatchDevicesResponse one in news.Reader.ReadAllAsync(context.CancellationToken))
                await answers.WriteAsync(one);
        };
        await using Running feed = new(agent);

        news.Writer.TryWrite(new WatchDevicesResponse { Job = Job("jobs/1", JobState.Running) });
        news.Writer.TryWrite(new WatchDevicesResponse { Barrier = new WatchBarrier() });
        AgentView view = await feed.NextAsync();
        Assert.Equal("jobs/1", view.RunningOn(Samples.PhoneName)?.Name);

        news.Writer.TryWrite(new WatchDevicesResponse { Job = Job("jobs/1", JobState.Succeeded) });
        view = await feed.NextAsync();
        Assert.Null(view.RunningOn(Samples.PhoneName));
        Assert.Equal(JobState.Succeeded, Assert.Single(view.Jobs).State);

        static Job Job(string name, JobState state) => new() { Name = name, Device = Samples.PhoneName, State = state };
    }

    private static IEnumerable<string> Names(AgentView view) => view.Devices.Select(device => device.Name);

    private static (string? Fault, int Devices) Brief(AgentView view) => (view.Fault, view.Devices.Count);

    /// <summary>A link, and each view that it raised.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly Channel<AgentView> _views = Channel.CreateUnbounded<AgentView>();
        private readonly AgentLink _link;

        public Running(FakeAgent agent)
        {
            _link = AgentLink.Start("local", agent.Endpoint, new ImpatientTime(), NullLogger.Instance);
            _link.Changed += () => _views.Writer.TryWrite(_link.View);
        }

        public async Task<AgentView> NextAsync() => await _views.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Eventually.Deadline, Cancellation);

        public ValueTask DisposeAsync() => _link.DisposeAsync();
    }
}
