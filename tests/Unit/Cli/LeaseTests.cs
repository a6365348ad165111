using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class LeaseTests
{
    private static readonly string[] s_restore = ["restore", "--label", Samples.Number, "--evidence", "photo", "--reason", "ticket 4711"];

    [Fact]
    public async Task A_restore_takes_a_lease_writes_with_its_token_and_gives_it_back()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, [.. s_restore, "--yes"]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        AcquireLeaseRequest taken = Assert.Single(agent.RequestsOf<AcquireLeaseRequest>());
        Assert.Equal((Samples.PhoneName, "restore: ticket 4711"), (taken.Device, taken.Purpose));
        Assert.Equal([(true, 0UL), (false, 7UL)], agent.RequestsOf<WriteImeiRequest>().Select(r => (r.ValidateOnly, r.FencingToken)));
        ReleaseLeaseRequest given = Assert.Single(agent.RequestsOf<ReleaseLeaseRequest>());
        Assert.Equal((Samples.PhoneName, 7UL), (given.Device, given.FencingToken));
    }

    [Fact]
    public async Task One_that_is_held_is_used_and_kept()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, [.. s_restore, "--yes", "--lease", "9"]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Empty(agent.RequestsOf<AcquireLeaseRequest>());
        Assert.Empty(agent.RequestsOf<ReleaseLeaseRequest>());
        Assert.Equal(9UL, agent.RequestsOf<WriteImeiRequest>().Last().FencingToken);
    }

    [Fact]
    public async Task Of_a_phone_that_another_holds_nothing_is_asked()
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnAcquireLease = _ => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "DEVICE_BUSY", "ben (192.0.2.2) holds it.", ("holder", "ben"));

        CliRun run = await CliRun.RunAsync(agent, [.. s_restore, "--yes"]);

        Assert.Equal(ExitCode.DeviceNotReady, run.Exit);
        Assert.Contains("ben (192.0.2.2) holds it. [DEVICE_BUSY]", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.RequestsOf<ReadImeiRequest>());
        Assert.Empty(agent.RequestsOf<WriteImeiRequest>());
    }

    [Fact]
    public async Task A_lease_that_is_lost_while_a_person_thinks_is_told_at_once_and_nothing_is_written()
    {
        var asked = new TaskCompletionSource();
        await using FakeAgent agent = await StartAsync();
        agent.OnWatchLease = async (request, answers, context) =>
        {
            await answers.WriteAsync(new WatchLeaseResponse { Lease = Held(request.FencingToken) });
            await asked.Task;
            await answers.WriteAsync(new WatchLeaseResponse { Lease = Held(request.FencingToken), End = LeaseEnd.Stolen, TakenBy = "eva", Reason = "a customer waits" });
        };
        using var error = new StringWriter();
        using var thinking = new Thinking(asked);

        int exit = await ImeiCli.RunAsync(s_restore, Person(agent, error, thinking), TestContext.Current.CancellationToken);

        Assert.Equal((int)ExitCode.Refused, exit);
        Assert.Contains("eva took the lease 7 on sm-g991u-3f2a: a customer waits. Nothing was written.", error.ToString(), StringComparison.Ordinal);
        Assert.All(agent.RequestsOf<WriteImeiRequest>(), request => Assert.True(request.ValidateOnly));
        Assert.Empty(agent.RequestsOf<ReleaseLeaseRequest>());
    }

    [Fact]
    public async Task The_list_and_the_devices_show_who_has_what()
    {
        await using FakeAgent agent = await StartAsync();
        Lease lease = Held(7);
        agent.OnListLeases = () => new ListLeasesResponse { Leases = { lease } };
        agent.OnListDevices = () => new ListDevicesResponse { Devices = { new Device(Samples.Phone()) { Lease = lease } } };

        CliRun list = await CliRun.RunAsync(agent, "lease", "list");
        CliRun devices = await CliRun.RunAsync(agent, "devices");

        Assert.Matches(@"sm-g991u-3f2a +7 +bench-3 \(192\.0\.2\.7\) .*ticket 4711", list.OutLines[1]);
        Assert.EndsWith("bench-3 (192.0.2.7)", devices.OutLines[1], StringComparison.Ordinal);
    }

    private static async Task<FakeAgent> StartAsync()
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.PlanThen(Samples.Applied);
        agent.OnAcquireLease = request => new AcquireLeaseResponse { Lease = Held(7) };
        agent.OnWatchLease = async (request, answers, context) =>
        {
            await answers.WriteAsync(new WatchLeaseResponse { Lease = Held(request.FencingToken) });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        return agent;
    }

    private static Lease Held(ulong token) => new()
    {
        Device = Samples.PhoneName,
        FencingToken = token,
        Holder = "bench-3",
        Station = "192.0.2.7",
        Purpose = "ticket 4711",
    };

    private static Terminal Person(FakeAgent agent, TextWriter error, TextReader input) => new()
    {
        Out = TextWriter.Null,
        Err = error,
        In = input,
        InIsTerminal = true,
        Environment = name => name == "IMEI_AGENT" ? agent.Endpoint.ToString() : null,
    };

    /// <summary>A person who was asked and does not answer before the test is over.</summary>
    private sealed class Thinking(TaskCompletionSource asked) : TextReader
    {
        private readonly ManualResetEventSlim _over = new();

        public override string? ReadLine()
        {
            asked.TrySetResult();
            _over.Wait();
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            _over.Set();
            base.Dispose(disposing);
        }
    }
}
