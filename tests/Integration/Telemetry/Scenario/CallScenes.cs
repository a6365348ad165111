using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client;
using ImeiAgent.Client.Cli;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Integration.Telemetry.Scenario;

/// <summary>Clients of this machine and of others, one that waits in line, and an agent whose store of traces somebody else holds.</summary>
internal static class CallScenes
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A client is paired, looks at the phones from the network, and asks for one that is not there.</summary>
    public static async Task PairedAsync()
    {
        using var folder = new TemporaryFolder();
        await using TellingAgent agent = await TellingAgent.StartAsync(folder, [], options => options with { Listen = [.. options.Listen, "127.0.0.1:0"] });
        CreatePairingResponse pairing = await new PairingService.PairingServiceClient(agent.Channel).CreatePairingAsync(
            new() { Name = "bench-3", Role = Role.Technician }, cancellationToken: Ct);
        string contexts = folder.File("contexts");
        (await ImeiRun.RunAsync(null, contexts, "context", "add", "shop", pairing.Line)).Ended(ExitCode.Ok);
        (await ImeiRun.RunAsync(null, contexts, "--context", "shop", "devices")).Ended(ExitCode.Ok);
        (await ImeiRun.RunAsync(null, contexts, "--context", "shop", "-d", "nobody", "identify")).Ended(ExitCode.DeviceNotReady);
    }

    /// <summary>The windows' link to an agent that is not there.</summary>
    public static async Task DesktopAsync()
    {
        using var folder = new TemporaryFolder();
        await using var link = AgentLink.Start("local", AgentEndpoint.Parse($"unix:{folder.File("nobody.sock")}"), TimeProvider.System, NullLogger.Instance);
        await Eventually.HoldsAsync(() => link.View.Fault is not null);
    }

    /// <summary>Somebody waits for a phone that another has, and gets it.</summary>
    public static async Task LineAsync()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        string name = await agent.PhoneAsync();
        var leases = new LeaseService.LeaseServiceClient(agent.Channel);
        Lease first = (await leases.AcquireLeaseAsync(Order(TimeSpan.Zero), cancellationToken: Ct)).Lease;
        Task<AcquireLeaseResponse> second = leases.AcquireLeaseAsync(Order(TimeSpan.FromMinutes(1)), cancellationToken: Ct).ResponseAsync;
        await Eventually.HoldsAsync(async () => (await leases.ListLeasesAsync(new(), cancellationToken: Ct)).Leases is [{ Waiting: 1 }]);
        await leases.ReleaseLeaseAsync(new() { Device = name, FencingToken = first.FencingToken }, cancellationToken: Ct);
        Assert.NotEqual(first.FencingToken, (await second).Lease.FencingToken);

        AcquireLeaseRequest Order(TimeSpan wait) => new()
        {
            Device = name,
            Purpose = "ticket 4711",
            RequestId = Guid.NewGuid().ToString(),
            Wait = Duration.FromTimeSpan(wait),
        };
    }

    /// <summary>A tool holds the file of traces: what cannot be kept is counted.</summary>
    public static async Task TracesHeldAsync(Measurements measurements)
    {
        await using TellingAgent agent = await TellingAgent.StartAsync();
        await using var other = new SqliteConnection($"Data Source={agent.Data}/traces.db;Pooling=False");
        await other.OpenAsync(Ct);
        await using SqliteTransaction held = other.BeginTransaction(System.Data.IsolationLevel.Serializable, deferred: false);
        await new DeviceService.DeviceServiceClient(agent.Channel).ListDevicesAsync(new(), cancellationToken: Ct);
        await Eventually.HoldsAsync(() => measurements.All.Any(one => one.Instrument.Name == "imeiagent.traces.dropped"));
    }
}
