using ImeiAgent.Agent;
using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.Desktop.Bench;

/// <summary>
/// A bench with windows: simulated phones, a real agent that listens on its socket and on the network, desktop programs, and windows in a real
/// browser. Tests derive from it. The agent runs within the test's process, or as an <c>imei-agent</c> process of its own where it is killed.
/// </summary>
public class DesktopBench : IAsyncLifetime
{
    /// <summary>The number on the label, and how item 550 holds it (GSM 24.008 mobile identity behind a length byte).</summary>
    public const string Label = "356938035643809", LabelHex = "083A65390853468390";

    /// <summary>Another.</summary>
    public const string Label2 = "490154203237518", Label2Hex = "084A09512430325781";

    /// <summary>A story that is told always, or one of those that together take minutes (<see cref="Effort.Full"/>).</summary>
    /// <param name="always">Whether it is told in every run.</param>
    public DesktopBench(bool always = false) => Assert.SkipUnless(
        always || Effort.Full, "All stories of the desktop's windows take minutes; CI tells them, or IMEIAGENT_THOROUGH=1 dotnet test tests/Desktop");

    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _phones = [];
    private readonly List<string> _ports = [];
    private readonly List<OurProgram> _processes = [];
    private readonly List<AgentHost> _agents = [];
    private readonly AgentLog _log = new();
    private readonly List<DesktopHost> _hosts = [];
    private readonly List<Relay> _relays = [];
    private readonly List<AgentClient> _clients = [];
    private readonly List<AppWindowPage> _windows = [];
    private AgentClient? _client;
    private string _address = "127.0.0.1:0";

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A file of the bench.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Where the agent listens.</summary>
    public string Endpoint => $"unix:{File("agent.sock")}";

    /// <summary>The owner of the agent's machine, by our client and not through a window.</summary>
    public AgentClient Owner => _client ??= Known(AgentClient.Connect(AgentEndpoint.Parse(Endpoint)));

    /// <summary>Starts a phone in a process of its own and adds its port to those the agent will watch.</summary>
    /// <param name="name">The port's name.</param>
    /// <param name="profile">As in <see cref="PhoneProfile.All"/>.</param>
    /// <param name="seed">Which phone of that kind.</param>
    /// <param name="quirks">The text of <see cref="Quirks.Parse"/>.</param>
    public async Task<PhoneProcess> PlugAsync(string name, string profile = "galaxy-imei-lost", int seed = 1, string quirks = "")
    {
        Requires.Pty();
        var phone = new PhoneProcess(File(name), File(name + ".store"), profile, seed);
        _phones.Add(phone);
        _ports.Add(phone.Link);
        await phone.StartAsync(quirks, Ct);
        return phone;
    }

    /// <summary>The same within the test's process, where replies can be held back.</summary>
    public RunningPhone<PtyHost> PlugHere(string name, string profile = "galaxy-imei-lost", int seed = 1, string quirks = "")
    {
        RunningPhone<PtyHost> phone = Phones.OnPty(profile, quirks, seed, link: File(name));
        _phones.Add(phone);
        _ports.Add(phone.Host.Path);
        return phone;
    }

    /// <summary>A port that the agent watches too, although nothing is there yet.</summary>
    public void AlsoWatch(string name) => _ports.Add(File(name));

    /// <summary>Starts the agent, and waits until it knows what is on each port. After a kill: the next agent at the same address.</summary>
    /// <param name="toBeKilled">Whether it is a process of its own, for <see cref="KillAgentAsync"/>.</param>
    public async Task StartAgentAsync(bool toBeKilled = false)
    {
        if (toBeKilled)
        {
            _processes.Add(OurProgram.Start("imei-agent",
            [
                "run", "--no-discovery", "--listen", Endpoint, "--listen", _address, "--data", File("data"),
                .. _ports.SelectMany(port => (string[])["--port", port]),
            ]));
            await _processes[^1].LineAsync("ready", Ct);
        }
        else
        {
            _agents.Add(await AgentHost.StartAsync(
                new AgentOptions
                {
                    Ports = _ports,
                    Discovery = false,
                    DataDirectory = File("data"),
                    Listen = [Endpoint, _address],
                    Environment = _ => null,
                    Logging = logging => logging.ClearProviders().AddProvider(_log),
                },
                Ct));
        }
        await Eventually.HoldsAsync(async () => (await DevicesAsync()).All(device => device.State != DeviceState.Probing));
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAgentAsync()
    {
        _processes[^1].Kill();
        await _processes[^1].EndAsync(Ct);
    }

    /// <summary>The devices as the agent lists them.</summary>
    public async Task<IReadOnlyList<Device>> DevicesAsync() => (await Owner.ListDevicesAsync(Ct)).Devices;

    /// <summary>The phone at a port.</summary>
    public async Task<Device> DeviceAsync(string port) => (await DevicesAsync()).Single(device => device.Port == File(port));

    /// <summary>The contexts of a station, a user of another machine.</summary>
    public ContextStore ContextsOf(string station) => new(File("of-" + station));

    /// <summary>An invitation.</summary>
    public async Task<string> InviteAsync(string client, Role role)
    {
        CreatePairingResponse invitation = await Owner.CreatePairingAsync(new CreatePairingRequest { Name = client, Role = role }, Ct);
        // The next agent is to listen where this one does.
        _address = invitation.Addresses[0];
        return invitation.Line;
    }

    /// <summary>Pairs a station with the agent.</summary>
    /// <param name="station">What the agent calls it.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="context">What the station calls the agent.</param>
    public async Task PairAsync(string station, Role role, string context = "shop") => await Pairing.PairAsync(
        ContextsOf(station), context, PairingLine.Parse(await InviteAsync(station, role)), TimeProvider.System, Ct);

    /// <summary>The same; from then on the station calls the agent through a network that a test can stop.</summary>
    internal async Task<Relay> PairThroughRelayAsync(string station, Role role)
    {
        await PairAsync(station, role);
        Relay relay = new(_address);
        _relays.Add(relay);
        // By hand, as somebody who forwards a port: the agent is known by its certificate, not by its address.
        string contexts = Path.Combine(ContextsOf(station).Directory, "contexts.json");
        string list = await System.IO.File.ReadAllTextAsync(contexts, Ct);
        Assert.Contains(_address, list, StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(contexts, list.Replace(_address, relay.Address, StringComparison.Ordinal), Ct);
        return relay;
    }

    /// <summary>Starts the desktop program of this machine, or of a station that was paired.</summary>
    public async Task<DesktopHost> StartDesktopAsync(string? station = null, string context = "shop")
    {
        DesktopHost host = await DesktopHost.StartAsync(
            new DesktopOptions
            {
                Local = AgentEndpoint.Parse(station is null ? Endpoint : $"unix:{File("nobody.sock")}"),
                Contexts = ContextsOf(station ?? "owner"),
                First = station is null ? AgentContext.Local : context,
            },
            Ct);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Opens the window of this machine's owner, or of a station, which is paired here and now when it was not.</summary>
    /// <param name="station">Null for the owner.</param>
    /// <param name="role">What it may do, if it is paired now.</param>
    internal async Task<AppWindowPage> OpenAsync(string? station = null, Role role = Role.Technician)
    {
        if (station is not null && ContextsOf(station).Read().Contexts.Count == 0)
            await PairAsync(station, role);
        AppWindowPage window = await AppWindowPage.OpenAsync(await StartDesktopAsync(station));
        _windows.Add(window);
        return window;
    }

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        foreach (AppWindowPage window in _windows)
            await window.DisposeAsync();
        foreach (DesktopHost host in _hosts)
            await host.DisposeAsync();
        foreach (AgentClient client in _clients)
            await client.DisposeAsync();
        foreach (Relay relay in _relays)
            await relay.DisposeAsync();
        foreach (AgentHost agent in _agents)
            await agent.DisposeAsync();
        foreach (OurProgram agent in _processes)
            await agent.DisposeAsync();
        foreach (IAsyncDisposable phone in _phones)
            await phone.DisposeAsync();
        _folder.Dispose();
        foreach (string number in (string[])[Label, Label[..14], Label2, Label2[..14]])
            Assert.DoesNotContain(_processes.SelectMany(agent => (string[])[.. agent.Output, .. agent.Errors]).Concat(_log.Lines), line => line.Contains(number, StringComparison.Ordinal));
        GC.SuppressFinalize(this);
    }

    private AgentClient Known(AgentClient client)
    {
        _clients.Add(client);
        return client;
    }
}
