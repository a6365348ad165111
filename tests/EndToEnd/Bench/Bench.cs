using ImeiAgent.Client;
using ImeiAgent.Client.Cli;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Data.Sqlite;
using Xunit;
using JournalState = ImeiAgent.Vault.JournalState;

namespace ImeiAgent.EndToEnd;

/// <summary>
/// A repair bench of real processes: simulated phones, an <c>imei-agent</c>, and the command line. At its end it looks through what
/// the agent wrote and kept for numbers and codes that must not be there.
/// </summary>
public class Bench : IAsyncLifetime
{
    /// <summary>The number on the label, and how item 550 holds it (GSM 24.008 mobile identity behind a length byte).</summary>
    public const string Label = "356938035643809", LabelHex = "083A65390853468390";

    /// <summary>Another.</summary>
    public const string Label2 = "490154203237518", Label2Hex = "084A09512430325781";

    /// <summary>How item 550 looks when it is lost.</summary>
    public const string Zeros = "000000000000000000";

    /// <summary>The code of the SPC-locked phone, and a wrong one.</summary>
    public const string Spc = "613908", WrongSpc = "740551";

    /// <summary>The most requests that the agent sends ahead.</summary>
    public const int Window = 8;

    private string[] _remote = [];
    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _phones = [];
    private readonly List<string> _ports = [];
    private readonly List<OurProgram> _agents = [];

    /// <summary>A file of the bench.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Where the agent listens.</summary>
    public string Endpoint => $"unix:{File("agent.sock")}";

    /// <summary>The agent's process.</summary>
    public OurProgram Agent => _agents[^1];

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Starts a phone in a process of its own and adds its port to those the agent will watch.</summary>
    public async Task<PhoneProcess> PlugAsync(string name, string profile, int seed, string quirks = "")
    {
        Requires.Pty();
        var phone = new PhoneProcess(File(name), File(name + ".store"), profile, seed);
        _phones.Add(phone);
        _ports.Add(phone.Link);
        await phone.StartAsync(quirks, Ct);
        return phone;
    }

    /// <summary>A port that the agent watches too, although nothing is there yet.</summary>
    public void AlsoWatch(string name) => _ports.Add(File(name));

    /// <summary>The same within the test's process, where a single reply can be held back.</summary>
    public RunningPhone<PtyHost> PlugHere(string name, string profile, int seed, string quirks = "")
    {
        RunningPhone<PtyHost> phone = Phones.OnPty(profile, quirks, seed, link: File(name));
        _phones.Add(phone);
        _ports.Add(phone.Host.Path);
        return phone;
    }

    /// <summary>Starts the agent, and waits until it knows what is on each port.</summary>
    public async Task StartAgentAsync()
    {
        await StartAgentUnawareAsync();
        await Eventually.HoldsAsync(async () => (await DevicesAsync()).All(device => device.State != DeviceState.Probing));
    }

    /// <summary>Starts the agent, which has yet to find out what is on its ports.</summary>
    public async Task StartAgentUnawareAsync()
    {
        _agents.Add(StartAgent(Endpoint, File("data"), [.. _ports.SelectMany(port => (string[])["--port", port]), "--window", $"{Window}", .. _remote]));
        await Agent.LineAsync("ready", Ct);
    }

    /// <summary>The same, listening for clients of other machines too.</summary>
    public Task StartStationAsync()
    {
        _remote = ["--listen", "127.0.0.1:0"];
        return StartAgentAsync();
    }

    /// <summary>Pairs a client, as its owner and the client's user do, with the two programs.</summary>
    /// <returns>The pairing line, which is used up.</returns>
    public async Task<string> PairAsync(string name, string role)
    {
        await using OurProgram pair = OurProgram.Start("imei-agent", ["pair", "--agent", Endpoint, "--role", role, "--name", name, "--no-qr"]);
        Assert.Equal(0, await pair.EndAsync(Ct));
        string line = Assert.Single(pair.Output);
        (await StationAsync(name, "context", "add", "shop", line)).Ended(ExitCode.Ok);
        return line;
    }

    /// <summary>Runs <c>imei</c> as a paired client, which knows the agent by its context only.</summary>
    public async Task<Result> StationAsync(string name, params string[] args)
    {
        await using OurProgram imei = OurProgram.Start("imei",
            new Dictionary<string, string?> { ["IMEI_AGENT"] = null, ["IMEI_CONTEXT"] = args[0] == "context" ? null : "shop", ["IMEI_SPC"] = null, ["XDG_CONFIG_HOME"] = File($"of-{name}"), ["DOTNET_TieredPGO"] = "0" }, args);
        return await EndAsync(imei);
    }

    /// <summary>Any agent.</summary>
    public static OurProgram StartAgent(string endpoint, string data, params string[] more) =>
        OurProgram.Start("imei-agent", ["run", "--no-discovery", "--listen", endpoint, "--data", data, .. more]);

    /// <summary>Waits until the agent sees the port in that state.</summary>
    public Task SeesAsync(string port, DeviceState state) =>
        Eventually.HoldsAsync(async () => (await DevicesAsync()).Any(device => device.Port == port && device.State == state));

    /// <summary>Starts <c>imei</c> with arguments.</summary>
    public OurProgram StartImei(params string[] args) => OurProgram.Start("imei",
        new Dictionary<string, string?> { ["IMEI_AGENT"] = Endpoint, ["IMEI_SPC"] = null, ["DOTNET_TieredPGO"] = "0" }, args);

    /// <summary>Runs <c>imei</c> to its end. Its standard input is empty.</summary>
    public async Task<Result> ImeiAsync(params string[] args)
    {
        await using OurProgram imei = StartImei(args);
        return await EndAsync(imei);
    }

    /// <summary>The end of a started <c>imei</c>.</summary>
    public static async Task<Result> EndAsync(OurProgram imei)
    {
        imei.Input.Close();
        int code = await imei.EndAsync(Ct);
        return new Result((ExitCode)code, Text(imei.Output), Text(imei.Errors));
    }

    /// <summary>Restores from a label without being asked.</summary>
    public async Task<Result> RestoreAsync(string port, string label, params string[] more)
    {
        await using OurProgram imei = StartRestore(port, label, more);
        return await EndAsync(imei);
    }

    /// <summary>The same, not waited for.</summary>
    public OurProgram StartRestore(string port, string label, params string[] more) =>
        StartImei(["-d", port, "restore", "--label", label, "--reason", "Ticket 4711: label on the box", "--evidence", "Photo 1 of ticket 4711", "--yes", .. more]);

    /// <summary>The journal as it is on disk: state, outcome and error of each row.</summary>
    public IReadOnlyList<(JournalState State, Vault.WriteOutcome? Outcome, string Error)> Journal() => Query(
        "SELECT state, outcome, error_reason FROM journal ORDER BY id",
        row => ((JournalState)row.GetInt32(0), row.IsDBNull(1) ? (Vault.WriteOutcome?)null : (Vault.WriteOutcome)row.GetInt32(1), row.GetString(2)));

    /// <summary>All that the agents of this bench wrote so far.</summary>
    public IReadOnlyList<string> Told => [.. _agents.SelectMany(agent => (string[])[.. agent.Output, .. agent.Errors])];

    /// <summary>Changes the agent's vault behind its back.</summary>
    public void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File("data/vault.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The audit trail as it is on disk, a text a row.</summary>
    public IReadOnlyList<string> Audit() => Query(
        "SELECT operator || ' ' || action || ' ' || device || ' ' || outcome || ' ' || detail FROM audit ORDER BY id", row => row.GetString(0));

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<string> told = Told;
        IReadOnlyList<string> kept = System.IO.File.Exists(File("data/vault.db")) ? Audit() : [];
        foreach (OurProgram agent in _agents)
            await agent.DisposeAsync();
        foreach (IAsyncDisposable phone in _phones)
            await phone.DisposeAsync();
        _folder.Dispose();
        foreach (string secret in (string[])[Label, Label[..14], Label2, Label2[..14], Spc, WrongSpc])
            Assert.DoesNotContain([.. told, .. kept], line => line.Contains(secret, StringComparison.Ordinal));
        GC.SuppressFinalize(this);
    }

    private async Task<IReadOnlyList<Device>> DevicesAsync()
    {
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(Endpoint));
        return (await client.ListDevicesAsync(Ct)).Devices;
    }

    /// <summary>Asks the vault as it is on disk.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = new SqliteConnection($"Data Source={File("data/vault.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader rows = command.ExecuteReader();
        List<T> all = [];
        while (rows.Read())
            all.Add(read(rows));
        return all;
    }

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + '\n'));
}
