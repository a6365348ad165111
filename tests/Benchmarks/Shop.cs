using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Grpc.Net.Client;
using ImeiAgent.TestKit;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>An agent process with simulated phones, each a process of its own behind a pseudo-terminal, and a channel to the agent.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Shipped _programs;
    private readonly List<OurProgram?> _phones = [];
    private OurProgram? _agent;

    private Shop(Shipped programs) => _programs = programs;

    public IReadOnlyList<string> Ports { get; private set; } = [];

    public string Endpoint => $"unix:{_folder.File("agent.sock")}";

    public GrpcChannel Channel { get; private set; } = null!;

    public Process AgentProcess { get; private set; } = null!;

    /// <summary>The process ids of the agent and of the phones that are plugged in.</summary>
    public IEnumerable<int> ProcessIds => [AgentProcess.Id, .. _phones.OfType<OurProgram>().Select(phone => phone.Id)];

    /// <summary>Starts phones that behave as <paramref name="quirks"/> say and an agent, and waits until all are ready.</summary>
    public static Task<Shop> OpenAsync(Shipped programs, int phones, string quirks, CancellationToken ct, params string[] more) =>
        OpenAsync(programs, phones, quirks, null, ct, more);

    /// <summary>The same, with environment variables for the agent.</summary>
    public static async Task<Shop> OpenAsync(
        Shipped programs, int phones, string quirks, IReadOnlyDictionary<string, string?>? environment, CancellationToken ct, params string[] more)
    {
        var shop = new Shop(programs);
        shop.Ports = [.. Enumerable.Range(1, phones).Select(n => shop._folder.File($"phone{n}"))];
        for (int i = 0; i < phones; i++)
        {
            shop._phones.Add(null);
            await shop.PlugAsync(i, quirks, ct);
        }
        shop._agent = programs.Agent(environment, ["run", "--no-discovery", "--data", shop._folder.File("data"), "--listen", shop.Endpoint,
            .. shop.Ports.SelectMany(port => (string[])["--port", port]), .. more]);
        await shop._agent.LineAsync("ready", ct);
        shop.AgentProcess = Process.GetProcessById(shop._agent.Id);
        shop.Channel = Connect(shop._folder.File("agent.sock"));
        var devices = new DeviceService.DeviceServiceClient(shop.Channel);
        while ((await devices.ListDevicesAsync(new(), cancellationToken: ct)).Devices.Count(d => d.State == DeviceState.Ready) < phones)
            await Task.Delay(50, ct);
        return shop;
    }

    /// <summary>Plugs the phone of a port in (again).</summary>
    public async Task PlugAsync(int number, string quirks, CancellationToken ct)
    {
        string[] how = quirks.Length == 0 ? [] : ["--quirk", quirks];
        OurProgram phone = _programs.Phone(["--link", Ports[number], "--seed", $"{number + 1}", .. how]);
        _phones[number] = phone;
        await phone.LineAsync("ready", ct);
    }

    /// <summary>Unplugs it: its port is gone at once.</summary>
    public async Task UnplugAsync(int number)
    {
        if (_phones[number] is not { } phone)
            return;
        _phones[number] = null;
        System.IO.File.Delete(Ports[number]);
        await phone.DisposeAsync();
    }

    /// <summary>Runs the command line to its end; returns how long that took, from the start of the process.</summary>
    public async Task<TimeSpan> CliAsync(string[] args, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        await using OurProgram cli = _programs.Cli(["--agent", Endpoint, .. args]);
        int code = await cli.EndAsync(ct);
        watch.Stop();
        return code == 0 ? watch.Elapsed : throw new InvalidOperationException($"imei {args[0]} ended with {code}: {string.Join('\n', cli.Errors)}");
    }

    /// <summary>Dumps one SIM of a phone, of which nothing but the summary is wanted; returns how long the job took, from asking to its end.</summary>
    public Task<TimeSpan> DumpAsync(string port, CancellationToken ct, bool keep = true) => DumpAsync(Everything(port, keep), _ => Task.CompletedTask, ct);

    /// <summary>The same as it is asked for, with something done once its name is known.</summary>
    public async Task<TimeSpan> DumpAsync(StartDumpRequest request, Func<string, Task> begun, CancellationToken ct)
    {
        var jobs = new JobService.JobServiceClient(Channel);
        var watch = Stopwatch.StartNew();
        StartDumpResponse started = await jobs.StartDumpAsync(request, cancellationToken: ct);
        await begun(started.Job.Name);
        WaitJobResponse ended = await jobs.WaitJobAsync(
            new WaitJobRequest { Name = started.Job.Name, Limit = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) }, cancellationToken: ct);
        return ended.Job.State == JobState.Succeeded && ended.Job.Summary.Failed == 0
            ? watch.Elapsed
            : throw new InvalidOperationException($"{ended.Job.Name}: {ended.Job.State} {ended.Job.ErrorMessage}");
    }

    public static StartDumpRequest Everything(string port, bool keep = true) => new() { Device = port, Ranges = { new NvRange { First = 0, Last = 65535 } }, SaveSnapshot = keep };

    public string File(string name) => _folder.File(name);

    /// <summary>The agent's resident memory now, in MiB.</summary>
    public double ResidentMiB()
    {
        AgentProcess.Refresh();
        return AgentProcess.WorkingSet64 / 1024.0 / 1024.0;
    }

    /// <summary>The agent's processor time so far.</summary>
    public TimeSpan ProcessorTime()
    {
        AgentProcess.Refresh();
        return AgentProcess.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        Channel?.Dispose();
        if (_agent is not null)
            await _agent.DisposeAsync();
        for (int i = 0; i < _phones.Count; i++)
            await UnplugAsync(i);
        _folder.Dispose();
    }

    public static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static GrpcChannel Connect(string socket) => GrpcChannel.ForAddress("http://agent", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectCallback = async (_, ct) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
                return new NetworkStream(connection, ownsSocket: true);
            },
        },
    });
}
