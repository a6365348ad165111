using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;
using Event = ImeiAgent.V1.WatchDevicesResponse.EventOneofCase;

namespace ImeiAgent.Unit.Client;

/// <summary>What a watcher of devices is told when the agent goes away in between.</summary>
public class WatchDevicesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_break_what_is_gone_meanwhile_is_told_as_removed_and_a_job_with_its_end()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int connections = 0;
        // A status comes behind all messages; a connection that is cut may take some along.
        RpcException ending = FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING");
        agent.OnWatchDevices = async (answers, context) =>
        {
            connections++;
            if (connections == 1)
            {
                await TellAsync(answers, 10, Phone("devices/stays"), Phone("devices/leaves"), Running("jobs/ends"), Running("jobs/goes-on"), Barrier());
                throw ending;
            }
            else if (connections == 2)
            {
                // Broken again before it had told everything.
                await TellAsync(answers, 500, Phone("devices/comes"));
                throw ending;
            }
            else
            {
                await TellAsync(answers, 900, Phone("devices/stays"), Running("jobs/goes-on"), Barrier(), Phone("devices/new"));
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
        };
        agent.OnGetJob = request => new GetJobResponse { Job = new Job { Name = request.Name, State = JobState.Succeeded } };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        List<string> notes = [], told = [];

        await foreach (WatchDevicesResponse news in client.FollowDevicesAsync(notes.Add, Cancellation))
        {
            told.Add(Words(news));
            if (news.Device?.Name == "devices/new")
                break;
        }

        Assert.Equal(["10 devices/stays", "10 devices/leaves", "10 jobs/ends Running", "10 jobs/goes-on Running", "10 barrier", "500 devices/comes"], told[..6]);
        Assert.Equal(["900 devices/stays", "900 jobs/goes-on Running"], told[6..8]);
        Assert.Equal(["900 gone devices/comes", "900 gone devices/leaves", "900 jobs/ends Succeeded"], told[8..11].Order(StringComparer.Ordinal));
        Assert.Equal(["900 barrier", "900 devices/new"], told[11..]);
        Assert.Equal(["jobs/ends"], agent.RequestsOf<GetJobRequest>().Select(r => r.Name));
        Assert.Equal(4, notes.Count);
    }

    [Fact]
    public async Task The_end_of_a_job_is_told_also_when_the_agent_goes_away_as_it_is_asked_for_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int connections = 0, asked = 0;
        RpcException ending = FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING");
        agent.OnWatchDevices = async (answers, context) =>
        {
            if (++connections == 1)
            {
                await TellAsync(answers, 10, Phone("devices/leaves"), Running("jobs/ends"), Running("jobs/gone"), Barrier());
                throw ending;
            }
            await TellAsync(answers, 900, Barrier(), Phone("devices/new"));
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        agent.OnGetJob = request => ++asked <= 3 ? throw ending // gRPC itself asks three times.
            : request.Name == "jobs/gone" ? throw FakeAgent.Failure(StatusCode.NotFound, "JOB_NOT_FOUND")
            : new GetJobResponse { Job = new Job { Name = request.Name, State = JobState.Succeeded } };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        List<string> told = [];

        await foreach (WatchDevicesResponse news in client.FollowDevicesAsync(null, Cancellation))
        {
            told.Add(Words(news));
            if (news.Device?.Name == "devices/new")
                break;
        }

        Assert.Equal(["900 gone devices/leaves", "900 jobs/ends Succeeded", "900 barrier", "900 devices/new"], told[4..]);
    }

    [Fact]
    public async Task What_waits_for_a_person_is_passed_on_as_the_agent_tells_it_also_by_the_next_agent()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int connections = 0;
        agent.OnWatchDevices = async (answers, context) =>
        {
            if (++connections == 1)
            {
                await TellAsync(answers, 10, Attention(1, 0, 100), Barrier(), Attention(0, 1, 102));
                throw FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING");
            }
            // Its counts are the same; it counts its changes anew.
            await TellAsync(answers, 900, Attention(0, 1, 7), Barrier(), Attention(0, 0, 8));
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        List<string> told = [];

        await foreach (WatchDevicesResponse news in client.FollowDevicesAsync(null, Cancellation))
        {
            told.Add(Words(news));
            if (news.Attention?.Change == 8)
                break;
        }

        Assert.Equal(["10 waits 1 open 0 change 100", "10 barrier", "10 waits 0 open 1 change 102"], told[..3]);
        Assert.Equal(["900 waits 0 open 1 change 7", "900 barrier", "900 waits 0 open 0 change 8"], told[3..]);
    }

    [Fact]
    public void The_picture_keeps_what_waits_over_a_break()
    {
        DevicePicture picture = new();
        Assert.Null(picture.Attention);

        picture.Begin();
        WatchDevicesResponse news = Attention(1, 2, 100);
        Assert.Same(news, Assert.Single(picture.Take(news)));
        picture.Begin();
        Assert.Equal(Attention(1, 2, 100).Attention, picture.Attention);
        picture.Take(Attention(0, 2, 7));

        Assert.Equal(Attention(0, 2, 7).Attention, picture.Attention);
    }

    [Fact]
    public async Task A_refusal_ends_it_at_once()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWatchDevices = (_, _) => throw FakeAgent.Failure(StatusCode.PermissionDenied, "CLIENT_REVOKED");
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());

        AgentException fault = await Assert.ThrowsAsync<AgentException>(async () => await client.FollowDevicesAsync(null, Cancellation).FirstAsync(Cancellation));

        Assert.Equal("CLIENT_REVOKED", fault.Reason);
        Assert.Single(agent.RequestsOf<WatchDevicesRequest>());
    }

    [Fact]
    public async Task An_agent_that_stays_away_is_waited_for_two_minutes_and_no_longer()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ImpatientTime time = new();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, time);
        await using IAsyncEnumerator<WatchDevicesResponse> watch = client.FollowDevicesAsync(null, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await watch.MoveNextAsync());
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(Event.Barrier, watch.Current.EventCase);

        await agent.StopAsync();
        AgentException fault = await Assert.ThrowsAsync<AgentException>(async () => await watch.MoveNextAsync());

        Assert.Equal(AgentException.AgentUnreachable, fault.Reason);
        Assert.InRange(time.Skipped, TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(125));
    }

    private static WatchDevicesResponse Phone(string name) => new() { Device = new Device { Name = name, Port = "/dev/ttyUSB0" } };

    private static WatchDevicesResponse Running(string name) => new() { Job = new Job { Name = name, State = JobState.Running } };

    private static WatchDevicesResponse Attention(uint pending, uint open, ulong change) =>
        new() { Attention = new WatchAttention { PendingApprovals = pending, OpenJournalRows = open, Change = change } };

    private static WatchDevicesResponse Barrier() => new() { Barrier = new WatchBarrier() };

    private static async Task TellAsync(IServerStreamWriter<WatchDevicesResponse> answers, ulong revision, params WatchDevicesResponse[] news)
    {
        foreach (WatchDevicesResponse one in news)
        {
            one.Revision = revision;
            await answers.WriteAsync(one);
        }
    }

    private static string Words(WatchDevicesResponse news) => $"{news.Revision} " + news.EventCase switch
    {
        Event.Device => news.Device.Name,
        Event.Removed => $"gone {news.Removed.Name}",
        Event.Job => $"{news.Job.Name} {news.Job.State}",
        Event.Attention => $"waits {news.Attention.PendingApprovals} open {news.Attention.OpenJournalRows} change {news.Attention.Change}",
        _ => "barrier",
    };
}
