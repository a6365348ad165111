using ImeiAgent.Agent;
using ImeiAgent.PhoneSimulator;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Demo;

/// <summary>A repair bench made of code: two simulated phones on ports of this machine, and an agent that watches them.</summary>
internal sealed class Bench : IAsyncDisposable
{
    /// <summary>The IMEI on the label of the phone that lost it; a number reserved for tests.</summary>
    public const string LabelImei = PhoneProfile.Slot2Imei;

    // Enough for simulated phones, which queue requests.
    private const int Window = 8;

    private readonly List<(SimulatedPhone Phone, PhoneHost Host)> _phones = [];
    private AgentHost? _agent;

    private Bench(string folder) => Folder = folder;

    /// <summary>Where the demonstration keeps its files; a new one in the system's folder for temporary files.</summary>
    public string Folder { get; }

    /// <summary>Where the agent listens, as <c>--agent</c> takes it.</summary>
    public string Endpoint => _agent!.Endpoint;

    /// <summary>The port of the healthy phone.</summary>
    public string HealthyPort { get; private set; } = "";

    /// <summary>The port of the phone that lost its IMEI.</summary>
    public string LostPort { get; private set; } = "";

    /// <summary>Plugs the phones in and starts the agent.</summary>
    public static async Task<Bench> StartAsync(CancellationToken ct)
    {
        var bench = new Bench(Directory.CreateTempSubdirectory("imeiagent-demo-").FullName);
        try
        {
            bench.HealthyPort = bench.Plug("galaxy-single-sim", seed: 7, "phone-a");
            bench.LostPort = bench.Plug("galaxy-imei-lost", seed: 8, "phone-b");
            bench._agent = await AgentHost.StartAsync(
                new AgentOptions
                {
                    Ports = [bench.HealthyPort, bench.LostPort],
                    Discovery = false,
                    DataDirectory = Path.Combine(bench.Folder, "data"),
                    Listen = [OperatingSystem.IsWindows()
                        ? $"npipe:{Path.GetFileName(bench.Folder)}"
                        : $"unix:{Path.Combine(bench.Folder, "agent.sock")}"],
                    Window = Window,
                    MinimumLogLevel = LogLevel.Warning,
                },
                ct);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the agent, then unplugs the phones, then deletes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
            await _agent.DisposeAsync();
        foreach ((SimulatedPhone phone, PhoneHost host) in _phones)
        {
            await host.DisposeAsync();
            phone.Dispose();
        }
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A pseudo-terminal where the system has them, else a TCP port of the loopback.</summary>
    private string Plug(string profile, int seed, string link)
    {
        var phone = SimulatedPhone.Create(profile, seed);
        PhoneHost host = OperatingSystem.IsWindows()
            ? new TcpHost(phone)
            : new PtyHost(phone, Path.Combine(Folder, link));
        _phones.Add((phone, host));
        return host is TcpHost tcp ? $"tcp://127.0.0.1:{tcp.Port}" : ((PtyHost)host).Path;
    }
}
