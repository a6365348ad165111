using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Integration.Agent;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.Unit.Client.Contexts;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Client;

/// <summary>A client in another language: Node, with the contract's files and a certificate that was exported, and none of our code.</summary>
public sealed class NodeClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_drives_an_agent_and_is_refused_a_write_without_a_lease()
    {
        Requires.Pty();
        (string node, string npm) = Requires.Node();
        await using (OurProgram help = OurProgram.Start("imei-agent", "run", "--help"))
        {
            await help.EndAsync(Ct);
            Requires.Unless(help.Output.Any(line => line.Contains("HOST:PORT", StringComparison.Ordinal)), "this agent does not listen on the network");
        }
        await using var phone = Phones.OnPty("galaxy");
        string socket = _folder.File("run/agent.sock");
        string address = FreeAddress();
        await using OurProgram agent = OurProgram.Start(
            "imei-agent", "run", "--port", phone.Host.Path, "--no-discovery", "--data", _folder.File("data"), "--listen", $"unix:{socket}", "--listen", address);
        await agent.LineAsync("ready", Ct);
        using GrpcChannel local = AgentUnderTest.Connect(socket);
        var devices = new DeviceService.DeviceServiceClient(local);
        await Eventually.HoldsAsync(async () => (await devices.ListDevicesAsync(new(), cancellationToken: Ct)).Devices is [{ State: DeviceState.Ready }]);
        CreatePairingResponse invitation = await new PairingService.PairingServiceClient(local)
            .CreatePairingAsync(new CreatePairingRequest { Name = "bench-3", Role = Role.Technician }, cancellationToken: Ct);

        Assert.Equal(
            ["ok list: " + (await devices.ListDevicesAsync(new(), cancellationToken: Ct)).Devices[0].Name, "ok dump: 21 items", "ok write refused: LEASE_REQUIRED"],
            await DriveAsync(node, npm, invitation.Line, address, 540, 560));
    }

    // The same against a server that shares no code with the agent: it tells a fault of the script from one of the agent.
    [Fact]
    public async Task It_drives_whatever_keeps_to_the_contract()
    {
        (string node, string npm) = Requires.Node();
        await using FakeStation station = await FakeStation.StartAsync();
        station.Agent.OnReadRange = async (request, answers, _) =>
        {
            Assert.Equal((540u, 541u), (request.Ranges[0].First, request.Ranges[0].Last));
            await answers.WriteAsync(new ReadRangeResponse { Header = new ReadHeader { Total = 2 } });
            await answers.WriteAsync(new ReadRangeResponse { Batch = new ReadBatch { Sequence = 1, Items = { new NvItem { Item = 540 }, new NvItem { Item = 541 } } } });
            await answers.WriteAsync(new ReadRangeResponse { Summary = new ReadSummary() });
        };
        station.Agent.OnWriteImei = (request, _, _) => throw FakeAgent.Failure(
            StatusCode.FailedPrecondition, request.FencingToken == 0 ? "LEASE_REQUIRED" : "INTERNAL", "The write needs a lease.");

        Assert.Equal(
            ["ok list: devices/sm-g991u-3f2a", "ok dump: 2 items", "ok write refused: LEASE_REQUIRED"],
            await DriveAsync(node, npm, station.Line(), station.Address, 540, 541));
        Assert.DoesNotContain("", station.Callers.Skip(1)); // The first is the pairing: all others showed the certificate.
    }

    public void Dispose() => _folder.Dispose();

    private static string FreeAddress()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        return free.LocalEndpoint.ToString()!;
    }

    // Pairs, exports, installs what the script needs into a folder of its own, runs it, and returns its lines.
    private async Task<IReadOnlyList<string>> DriveAsync(string node, string npm, string line, string address, int first, int last)
    {
        ContextStore store = new(_folder.File("config"));
        AgentContext context = await Pairing.PairAsync(store, "bench", PairingLine.Parse(line), TimeProvider.System, Ct);
        ContextExport export = ContextExport.Of(context, store);
        await File.WriteAllTextAsync(_folder.File("ca.pem"), export.Ca, Ct);
        await File.WriteAllTextAsync(_folder.File("client.pem"), export.Certificate, Ct);
        await File.WriteAllTextAsync(_folder.File("client.key"), export.Key, Ct);

        foreach (string file in (string[])["package.json", "package-lock.json", "drive_agent.js"])
            File.Copy(Repository.File("tests/Integration/node/" + file), _folder.File(file));
        await using OurProgram install = OurProgram.StartAny(
            npm, null, ["ci", "--prefix", _folder.Path, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
        int installed = await install.EndAsync(Ct);
        Requires.Unless(installed == 0, "npm could not install @grpc/grpc-js: " + string.Join(' ', install.Errors));

        string protos = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Repository.File("protos/imeiagent/v1/agent.proto"))))!;
        await using OurProgram script = OurProgram.StartAny(
            node, null,
            [
                _folder.File("drive_agent.js"), address, _folder.Path, protos,
                first.ToString(CultureInfo.InvariantCulture), last.ToString(CultureInfo.InvariantCulture),
            ]);
        int code = await script.EndAsync(Ct);
        Assert.True(code == 0, string.Join('\n', [.. script.Output, .. script.Errors]));
        return [.. script.Output];
    }
}
