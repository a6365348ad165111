using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>Watchers that know none of our client code, and stop reading while the dump goes on.</summary>
public sealed class StalledWatcherTests(ITestOutputHelper output)
{
    private const int Watchers = 10;

    /// <summary>Ten dumps as the contract's messages are 14 MB, and several times that as objects: to keep them for who stalls would show.</summary>
    private const double MostGrowth = 48;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watchers_that_stop_reading_for_a_while_lose_nothing_and_cost_the_agent_little()
    {
        // Three seconds or a minute, most of which the dump lasts.
        (TimeSpan stall, int service) = Effort.Full ? (TimeSpan.FromMinutes(1), 950) : (TimeSpan.FromSeconds(3), 40);
        await using DisturbedDump dump = await DisturbedDump.StartAsync(service);
        using Process agent = Process.GetProcessById(dump.Bench.Agent.Id);

        // A short dump first, so that the agent has what every dump needs.
        (await dump.Bench.ImeiAsync("--json", "nv", "read", "0-3000")).Ended(Client.Cli.ExitCode.Ok);
        await dump.StartJobAsync();
        double before = MiB(agent), most = before;
        var stalled = new TaskCompletionSource();
        Task<List<WatchJobResponse>>[] watchers = [.. Enumerable.Range(0, Watchers).Select(_ => WatchAsync(dump, stalled.Task))];

        // They read their first batch and then nothing, and the dump goes on without them.
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < stall)
        {
            most = Math.Max(most, MiB(agent));
            await Task.Delay(100, Ct);
        }
        int done = await dump.ReachesAsync(0, TimeSpan.Zero);
        Assert.DoesNotContain(watchers, watcher => watcher.IsCompleted);
        stalled.SetResult();

        foreach (Task<List<WatchJobResponse>> watcher in watchers)
        {
            List<WatchJobResponse> told = await watcher;
            Assert.Equal(DisturbedDump.Items, ItemStream.IsTrue(told, dump.Twin));
            Assert.Equal(dump.Sha256, told[^1].Summary.Sha256);
        }
        output.WriteLine($"items read during the {stall.TotalSeconds} s: {done}; the agent's memory: {before:0} MiB, {most:0} MiB at most");
        Assert.InRange(done, DisturbedDump.Items / 8, DisturbedDump.Items);
        Assert.InRange(most - before, double.MinValue, MostGrowth);
    }

    private static async Task<List<WatchJobResponse>> WatchAsync(DisturbedDump dump, Task stall)
    {
        using var channel = GrpcChannel.ForAddress("http://agent", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = async (_, ct) => await ConnectAsync(dump.Bench.File("agent.sock"), ct) },
            DisposeHttpClient = true,
        });
        using AsyncServerStreamingCall<WatchJobResponse> call =
            new JobService.JobServiceClient(channel).WatchJob(new WatchJobRequest { Name = dump.Job }, cancellationToken: Ct);
        List<WatchJobResponse> told = [];
        while (await call.ResponseStream.MoveNext(Ct))
        {
            told.Add(call.ResponseStream.Current);
            if (told[^1].Batch is not null)
                await stall.WaitAsync(Ct);
        }
        return told;
    }

    private static async Task<Stream> ConnectAsync(string socket, CancellationToken ct)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
        return new NetworkStream(connection, ownsSocket: true);
    }

    private static double MiB(Process agent)
    {
        agent.Refresh();
        return agent.WorkingSet64 / 1024.0 / 1024.0;
    }
}
