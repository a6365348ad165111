using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.Unit.Client.Contexts;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public sealed class ContextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // The real clock: the limit of 10 s for an agent that says nothing is a short pause too.
    private CliSetting Here => new() { Home = _folder.Path, Time = TimeProvider.System };

    private ContextStore Store => ContextStore.For(name => name is "XDG_CONFIG_HOME" or "HOME" or "APPDATA" ? _folder.Path : null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_station_is_added_chosen_asked_and_removed()
    {
        await using FakeStation station = await FakeStation.StartAsync();

        CliRun added = await RunAsync("context", "add", "shop", station.Line());
        CliRun used = await RunAsync("context", "use", "shop");
        CliRun devices = await RunAsync("devices");
        CliRun shown = await RunAsync("context", "show");
        CliRun removed = await RunAsync("context", "remove", "shop");

        Assert.All([added, used, devices, shown, removed], run => Assert.Equal(ExitCode.Ok, run.Exit));
        Assert.Contains("--context shop", added.Err, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^\s*\*\s+shop\s+{station.Address}\s+bench-3\s+technician\s", used.Out);
        Assert.Contains("sm-g991u-3f2a", devices.Out, StringComparison.Ordinal);
        Assert.Equal($"fingerprint  {station.Ca.Fingerprint}", shown.OutLines[2]);
        Assert.Contains("imei-agent clients revoke bench-3", removed.Err, StringComparison.Ordinal);
        Assert.Empty(Store.Read().Contexts);
        Assert.Empty(Directory.GetFiles(Path.Combine(Store.Directory, "keys"), "*.key"));
    }

    [Fact]
    public async Task A_line_from_standard_input_stands_in_no_history_and_is_printed_nowhere()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        string line = station.Line();

        CliRun run = await CliRun.RunAsync(null, Here with { Input = line + "\n" }, "context", "add", "shop", "-", "--json");

        Assert.Equal(ExitCode.Ok, run.Exit);
        JsonElement shop = JsonDocument.Parse(Assert.Single(run.OutLines)).RootElement;
        Assert.Equal(("shop", "technician"), (shop.GetProperty("name").GetString(), shop.GetProperty("role").GetString()));
        Assert.DoesNotContain(line[6..], run.Out + run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_station_with_another_fingerprint_is_exit_code_5_and_says_that_nothing_was_sent()
    {
        await using FakeStation station = await FakeStation.StartAsync();

        CliRun run = await RunAsync("context", "add", "shop", station.Line(fingerprint: new string('b', 64)));

        Assert.Equal(5, (int)run.Exit);
        Assert.Contains("Nothing was sent", run.Err, StringComparison.Ordinal);
        Assert.EndsWith("[AGENT_NOT_TRUSTED]", run.Said.Trim(), StringComparison.Ordinal);
        Assert.Empty(station.Agent.Requests);
    }

    [Theory]
    [InlineData(2, "That is no pairing line", "context", "add", "shop", "hello")]
    [InlineData(2, "stands for the agent of this machine", "context", "add", "local", "LINE")]
    [InlineData(2, "1 to 40 letters", "context", "add", "a b", "LINE")]
    [InlineData(9, "There is no context \"x\". There is: local.", "context", "use", "x")]
    [InlineData(9, "There is no context \"x\"", "devices", "--context", "x")]
    [InlineData(2, "--agent and --context both name an agent", "devices", "--context", "x", "--agent", "unix:/a")]
    [InlineData(2, "imei context add NAME LINE", "devices", "--agent", "tls:192.0.2.7:7443")]
    [InlineData(2, "leave --context and --agent out", "devices", "--all", "--context", "x")]
    [InlineData(2, "A context is an agent, not a phone", "context", "list", "-d", "sm")]
    [InlineData(2, "Commands: add, list, use, show, remove, export", "context")]
    public async Task What_cannot_be_done_is_told_in_words_that_help(int exit, string said, params string[] args)
    {
        await using FakeStation station = await FakeStation.StartAsync();

        CliRun run = await RunAsync([.. args.Select(arg => arg == "LINE" ? station.Line() : arg)]);

        Assert.Equal(exit, (int)run.Exit);
        Assert.Contains(said, run.Err, StringComparison.Ordinal);
        Assert.Equal(0, station.Dialled);
    }

    [Theory]
    [InlineData("CLIENT_REVOKED", StatusCode.Unauthenticated, "imei-agent pair")]
    [InlineData("CERTIFICATE_REQUIRED", StatusCode.Unauthenticated, "imei-agent pair")]
    [InlineData("ROLE_INSUFFICIENT", StatusCode.PermissionDenied, "is viewer, and it takes reader")]
    [InlineData("LOCAL_ONLY", StatusCode.PermissionDenied, "on the agent's machine")]
    [InlineData("LEASE_REQUIRED", StatusCode.FailedPrecondition, "imei lease acquire")]
    [InlineData("LEASE_SUPERSEDED", StatusCode.FailedPrecondition, "imei lease list")]
    [InlineData("SECOND_PERSON_REQUIRED", StatusCode.PermissionDenied, "imei approvals grant")]
    public async Task A_refusal_says_what_to_do_about_it(string reason, StatusCode code, string advice)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListDevices = () => throw FakeAgent.Failure(code, reason, "No.", ("role", "viewer"), ("needed", "reader"));

        CliRun run = await CliRun.RunAsync(agent, "devices");
        CliRun json = await CliRun.RunAsync(agent, "devices", "--json");

        Assert.Equal(5, (int)run.Exit);
        Assert.Contains($"imei: No. [{reason}]", run.Err, StringComparison.Ordinal);
        Assert.Contains(advice, run.Err, StringComparison.Ordinal);
        Assert.Equal(reason, JsonDocument.Parse(json.Err).RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Exported_files_are_PEM_and_the_key_is_the_users_alone()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        await RunAsync("context", "add", "shop", station.Line());
        string folder = _folder.File("out");

        CliRun run = await RunAsync("context", "export", "shop", "--dir", folder);
        CliRun again = await RunAsync("context", "export", "shop", "--dir", folder);

        Assert.Equal(["ca.pem", "client.key", "client.pem"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(ExitCode.Ok, run.Exit);
        using var pair = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(Path.Combine(folder, "client.pem"), Path.Combine(folder, "client.key"));
        Assert.Equal(station.Ca.Certificate.SubjectName.Name, pair.IssuerName.Name);
        Assert.Contains(station.Ca.Certificate.ExportCertificatePem(), await File.ReadAllTextAsync(Path.Combine(folder, "ca.pem"), Ct), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "client.key")));
        Assert.Contains("refused", run.Err, StringComparison.Ordinal); // What becomes of the copy once imei renews its own.
        Assert.Equal(ExitCode.File, again.Exit);
        Assert.Contains("exists; --force", again.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_agents_are_asked_and_a_dead_one_is_a_line_with_its_error()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        await using FakeAgent local = await FakeAgent.StartAsync();
        await RunAsync("context", "add", "shop", station.Line());
        await KeepDeadAsync();

        CliRun run = await CliRun.RunAsync(local, Here, "devices", "--all");
        CliRun json = await CliRun.RunAsync(local, Here, "devices", "--all", "--json");

        Assert.Equal(8, (int)run.Exit);
        Assert.Matches(@"(?m)^local\s+sm-g991u-3f2a\s", run.Out);
        Assert.Matches(@"(?m)^shop\s+sm-g991u-3f2a\s", run.Out);
        Assert.Matches(@"(?m)^dead: .*\[[A-Z_]+\]\s*$", run.Out);
        JsonElement[] lines = [.. json.OutLines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["local", "shop", "dead"], lines.Select(line => line.GetProperty("context").GetString()));
        Assert.Equal("devices/sm-g991u-3f2a", lines[1].GetProperty("answer").GetProperty("devices")[0].GetProperty("name").GetString());
        Assert.Equal("imeiagent.client", lines[2].GetProperty("error").GetProperty("details")[0].GetProperty("domain").GetString());
        Assert.Equal(8, (int)json.Exit);
    }

    [Fact]
    public async Task They_are_asked_side_by_side()
    {
        await using FakeStation one = await FakeStation.StartAsync();
        await using FakeStation two = await FakeStation.StartAsync();
        await using FakeAgent local = await FakeAgent.StartAsync();
        await RunAsync("context", "add", "one", one.Line());
        await RunAsync("context", "add", "two", two.Line());
        // Each answers when all three have been asked.
        using Barrier all = new(3);
        foreach (FakeAgent agent in (FakeAgent[])[one.Agent, two.Agent, local])
            agent.OnListDevices = () => all.SignalAndWait(Eventually.Deadline, Ct) ? new() { Devices = { Samples.Phone() } } : throw FakeAgent.Failure(StatusCode.Aborted, "ALONE");

        CliRun run = await CliRun.RunAsync(local, Here, "devices", "--all");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["local", "one", "two"], run.OutLines.Skip(1).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task An_agent_that_says_nothing_is_given_up_after_ten_seconds_and_the_others_are_shown()
    {
        await using FakeStation silent = await FakeStation.StartAsync();
        await using FakeAgent local = await FakeAgent.StartAsync();
        await RunAsync("context", "add", "silent", silent.Line());
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim end = new();
        silent.Agent.OnListDevices = () =>
        {
            asked.TrySetResult();
            end.Wait(Ct);
            return new();
        };

        Task<CliRun> running = CliRun.RunAsync(local, Here with { Time = time }, "devices", "--all");
        await asked.Task.WaitAsync(Eventually.Deadline, Ct);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(running.IsCompleted);
        await Eventually.HoldsAsync(() => local.RequestsOf<ListDevicesRequest>().Any());
        time.Advance(TimeSpan.FromSeconds(0.2));
        CliRun run = await running.WaitAsync(Eventually.Deadline, Ct);
        end.Set();

        Assert.Equal(8, (int)run.Exit);
        Assert.Matches(@"(?m)^silent: .* did not answer in 10 s\. \[AGENT_UNREACHABLE\]", run.Out);
        Assert.Matches(@"(?m)^local\s+sm-g991u-3f2a\s", run.Out);
    }

    [Fact]
    public async Task The_list_says_which_is_current_and_which_has_expired()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        await RunAsync("context", "add", "shop", station.Line());
        await RunAsync("context", "add", "home", station.Line());
        await RunAsync("context", "use", "home");

        CliRun list = await RunAsync("context", "list");
        CliRun json = await RunAsync("context", "list", "--json");
        CliRun later = await CliRun.RunAsync(null, Here with { Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(91)) }, "context", "list");
        CliRun shown = await RunAsync("context", "show", "shop");

        Assert.Matches(@"(?m)^\s*\*\s+home\s", list.Out);
        Assert.Matches(@"(?m)^\s+shop\s", list.Out);
        Assert.Contains("local", list.Out, StringComparison.Ordinal);
        JsonElement[] lines = [.. json.OutLines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([("shop", false), ("home", true)], lines.Select(line => (line.GetProperty("name").GetString(), line.GetProperty("current").GetBoolean())));
        Assert.Matches(@"(?m)^\s+shop\s.*expired \d{4}-\d\d-\d\d: pair again", later.Out);
        Assert.DoesNotContain("expired", list.Out, StringComparison.Ordinal);
        Assert.Equal("name         shop", shown.OutLines[0]);
    }

    [Fact]
    public async Task A_machine_with_contexts_needs_no_agent_of_its_own()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        await RunAsync("context", "add", "shop", station.Line());

        CliRun run = await RunAsync("devices", "--all");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Matches(@"(?m)^local: .*\[AGENT_UNREACHABLE\]", run.Out);
        Assert.Matches(@"(?m)^shop\s+sm-g991u-3f2a\s", run.Out);
    }

    [Fact]
    public async Task Where_no_agent_answers_at_all_it_is_as_with_one()
    {
        CliRun nobody = await RunAsync("devices", "--all");
        await KeepDeadAsync();
        CliRun dead = await RunAsync("devices", "--all");

        Assert.Equal(3, (int)nobody.Exit);
        Assert.NotEqual(ExitCode.Ok, dead.Exit);
    }

    public void Dispose() => _folder.Dispose();

    private Task<CliRun> RunAsync(params string[] args) => CliRun.RunAsync(null, Here, args);

    // Paired once; then the station was switched off.
    private async Task KeepDeadAsync()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        string address = free.LocalEndpoint.ToString()!;
        free.Stop();
        await using FakeStation station = await FakeStation.StartAsync();
        await Pairing.PairAsync(Store, "dead", PairingLine.Parse(station.Line(addresses: [station.Address, address])), TimeProvider.System, Ct);
    }
}
