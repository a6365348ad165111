using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class ExitCodeTests
{
    // Written out by hand: scripts rely on it.
    private static readonly Dictionary<ErrorReason, int> Expected = new()
    {
        [ErrorReason.DeviceNotFound] = 4,
        [ErrorReason.DeviceAmbiguous] = 4,
        [ErrorReason.NotADiagPort] = 4,
        [ErrorReason.PortUnavailable] = 4,
        [ErrorReason.DeviceDisconnected] = 4,
        [ErrorReason.NoReply] = 4,
        [ErrorReason.PhoneRefused] = 5,
        [ErrorReason.SpcRequired] = 5,
        [ErrorReason.SpcRefused] = 5,
        [ErrorReason.SlotUnreachable] = 5,
        [ErrorReason.ImeiInvalid] = 5,
        [ErrorReason.ImeiIntact] = 5,
        [ErrorReason.ImeiInUse] = 5,
        [ErrorReason.ItemReadOnly] = 5,
        [ErrorReason.EtagMismatch] = 5,
        [ErrorReason.RequestIdReused] = 2,
        [ErrorReason.WriteRolledBack] = 6,
        [ErrorReason.WriteOutcomeUnknown] = 7,
        [ErrorReason.SnapshotNotFound] = 9,
        [ErrorReason.SnapshotOfOtherPhone] = 5,
        [ErrorReason.SnapshotWithoutImei] = 5,
        [ErrorReason.SnapshotDamaged] = 9,
        [ErrorReason.FileInvalid] = 9,
        [ErrorReason.ArgumentInvalid] = 2,
        [ErrorReason.DeviceBusy] = 4,
        [ErrorReason.Internal] = 1,
        [ErrorReason.VaultUnavailable] = 1,
        [ErrorReason.AgentStopping] = 3,
        [ErrorReason.JobNotFound] = 9,
        [ErrorReason.JobCancelled] = 130,
        [ErrorReason.DumpSourceChanged] = 5,
        [ErrorReason.JobBatchesGone] = 9,
        [ErrorReason.SkipNotFound] = 9,
        [ErrorReason.WriteNotInEffect] = 6,
        [ErrorReason.JournalNotFound] = 9,
        [ErrorReason.JournalClosed] = 5,
        [ErrorReason.ApprovalNotFound] = 9,
        [ErrorReason.PasswordRequired] = 5,
        [ErrorReason.PasswordRefused] = 5,
        [ErrorReason.JournalOpen] = 5,
        [ErrorReason.RestoreInterrupted] = 5,
        [ErrorReason.LeaseRequired] = 5,
        [ErrorReason.LeaseSuperseded] = 5,
        [ErrorReason.RoleInsufficient] = 5,
        [ErrorReason.CertificateRequired] = 5,
        [ErrorReason.ClientRevoked] = 5,
        [ErrorReason.PairingRefused] = 5,
        [ErrorReason.LocalOnly] = 5,
        [ErrorReason.LimitExceeded] = 4,
        [ErrorReason.ClientNotFound] = 9,
        [ErrorReason.SecondPersonRequired] = 5,
        [ErrorReason.TraceNotFound] = 9,
    };

    [Fact]
    public void Every_reason_of_the_contract_has_its_exit_code()
    {
        IEnumerable<ErrorReason> reasons = Enum.GetValues<ErrorReason>().Where(reason => reason != ErrorReason.Unspecified);
        Assert.Equal(reasons.Order(), Expected.Keys.Order());
        Assert.All(Expected, pair => Assert.Equal(pair.Value, (int)ExitCodes.For(pair.Key)));
    }

    [Fact]
    public async Task The_exit_code_and_the_sentence_of_an_agents_refusal_reach_the_shell()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnIdentify = _ => throw FakeAgent.Failure(
            StatusCode.InvalidArgument, "DEVICE_AMBIGUOUS", "Several devices fit.", ("candidates", "sm-1, sm-2"));

        CliRun run = await CliRun.RunAsync(agent, "identify");

        Assert.Equal(ExitCode.DeviceNotReady, run.Exit);
        Assert.Equal("imei: Several devices fit. (candidates: sm-1, sm-2) [DEVICE_AMBIGUOUS]", run.Said.Trim());
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task No_agent_is_exit_code_3_and_says_how_to_start_one()
    {
        CliRun run = await CliRun.RunAsync(null, "devices", "--agent", "unix:" + Path.Combine(Path.GetTempPath(), "imei-nobody.sock"));

        Assert.Equal(3, (int)run.Exit);
        Assert.Contains("imei-agent run", run.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("nv", "read")]
    [InlineData("nv", "read", "550", "--sim", "3")]
    [InlineData("backup", "--sim", "three")]
    [InlineData("backup", "--detach", "-o", "a.txt")]
    [InlineData("jobs", "watch", "x", "--from", "2", "--now")]
    [InlineData("jobs", "wait", "x", "--timeout", "soon")]
    [InlineData("jobs", "show")]
    [InlineData("journal", "show")]
    [InlineData("journal", "settle", "17")]
    [InlineData("approvals", "grant", "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01")]
    [InlineData("skips", "add", "SM-G991U")]
    [InlineData("skips", "add", "SM-G991U", "70000")]
    [InlineData("skips", "remove", "SM-G991U", "5-6")]
    [InlineData("devices", "--agent", "tcp:1.2.3.4:5")]
    [InlineData("restore", "--label", "356938035643809", "--evidence", "photo")]
    [InlineData("restore", "--reason", "ticket", "--yes")]
    [InlineData("restore", "--reason", "ticket", "--label", "1", "--evidence", "photo", "--from", "x", "--yes")]
    [InlineData("restore", "--reason", "ticket", "--from", "x", "--yes", "--etag", "e1")]
    [InlineData("restore", "--reason", "ticket", "--label", "1", "--evidence", "photo", "--yes", "--request-id", "not-a-uuid")]
    public async Task A_wrong_command_line_is_exit_code_2_and_nothing_is_asked_of_the_agent(params string[] args)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();

        CliRun run = await CliRun.RunAsync(agent, args);

        Assert.Equal(2, (int)run.Exit);
        Assert.StartsWith("imei: ", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Theory]
    [InlineData("\"snapshot\" is no command of imei. Commands: devices, identify,", "snapshot", "list")]
    [InlineData("\"550\" is no command of imei nv. Commands: read.", "nv", "550")]
    [InlineData("A command is missing. Commands: devices, identify,")]
    [InlineData("--request-id is a UUID", "restore", "--reason", "ticket", "--label", "1", "--evidence", "photo", "--yes", "--request-id", "7")]
    [InlineData("needs --evidence", "restore", "--reason", "ticket", "--label", "1", "--yes")]
    [InlineData("needs --evidence", "restore", "--reason", "ticket", "--from", "x", "--label2", "1", "--yes")]
    [InlineData("SIM 2 alone: --sim 2", "restore", "--reason", "ticket", "--from2", "x", "--yes")]
    [InlineData("leave --sim out", "restore", "--reason", "ticket", "--sim", "1", "--from", "x", "--from2", "y", "--yes")]
    [InlineData("one of --label2 and --from2", "restore", "--reason", "ticket", "--evidence", "photo", "--from", "x", "--label2", "1", "--from2", "y", "--yes")]
    [InlineData("From labels: --label (SIM 1) and --label2 (SIM 2)", "restore", "--reason", "ticket", "--evidence", "photo", "--sim", "both", "--label", "1", "--yes")]
    [InlineData("--from-sim belongs", "restore", "--reason", "ticket", "--sim", "both", "--from", "x", "--from-sim", "2", "--yes")]
    [InlineData("--from-sim2 belongs", "restore", "--reason", "ticket", "--from", "x", "--from-sim2", "2", "--yes")]
    [InlineData("--etag2 is for", "restore", "--reason", "ticket", "--from", "x", "--yes", "--request-id", "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01", "--etag2", "e")]
    [InlineData("--by-hand asks the phone nothing", "journal", "settle", "17", "--reason", "scrapped", "--by-hand", "--spc", "-")]
    [InlineData("imei journal list ... --open", "journal", "--open", "list")]
    [InlineData("REQUEST_ID is a UUID", "approvals", "grant", "17", "--reason", "ok")]
    [InlineData("add --json", "jobs", "watch", "x", "--from", "2")]
    [InlineData("add --json", "jobs", "watch", "x", "--now")]
    [InlineData("leave -d out. imei jobs list -d PHONE", "jobs", "show", "x", "-d", "sm")]
    [InlineData("leave -d out. imei jobs list -d PHONE", "-d", "sm", "jobs", "watch", "x")]
    [InlineData("leave -d out. imei jobs list -d PHONE", "jobs", "wait", "x", "-d", "sm")]
    [InlineData("leave -d out. imei jobs list -d PHONE", "jobs", "cancel", "x", "-d", "sm")]
    [InlineData("--model MODEL", "skips", "list", "-d", "sm")]
    [InlineData("leave -d out and give MODEL", "skips", "add", "SM-G991U", "5", "-d", "sm")]
    [InlineData("leave -d out and give MODEL", "skips", "remove", "SM-G991U", "5", "-d", "sm")]
    [InlineData("leave -d out. imei snapshots list -d PHONE", "snapshots", "show", "x", "-d", "sm")]
    [InlineData("leave -d out. imei snapshots list -d PHONE", "snapshots", "export", "x", "-d", "sm")]
    [InlineData("leave -d out. imei journal -d PHONE", "journal", "show", "17", "-d", "sm")]
    [InlineData("leave -d out. imei journal -d PHONE", "journal", "settle", "17", "--reason", "ticket", "-d", "sm")]
    [InlineData("is enough: leave -d out", "approvals", "grant", "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01", "--reason", "ok", "-d", "sm")]
    [InlineData("for all phones", "approvals", "list", "-d", "sm")]
    [InlineData("leave -d out. imei trace list -d PHONE", "trace", "show", "4bf92f35", "-d", "sm")]
    [InlineData("leave -d out. imei trace list -d PHONE", "trace", "frames", "4bf92f35", "-o", "x.pcapng", "-d", "sm")]
    [InlineData("A bundle is made of traces", "support", "bundle", "-o", "x.zip", "-d", "sm")]
    [InlineData("--limit: 1 to 1000", "trace", "list", "--limit", "0")]
    public async Task A_wrong_command_line_is_answered_in_words_that_help(string said, params string[] args)
    {
        CliRun run = await CliRun.RunAsync(null, args);

        Assert.Equal(2, (int)run.Exit);
        Assert.Contains(said, run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_every_exit_code_and_every_verb()
    {
        CliRun run = await CliRun.RunAsync(null, "--help");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Contains(run.OutLines, line => line.StartsWith($"{(int)code}  ", StringComparison.Ordinal)));
        Assert.All(
            (string[])["devices", "identify", "nv", "backup", "jobs", "skips", "snapshots", "restore", "journal", "approvals", "trace", "support", "context", "agent", "version"],
            verb => Assert.Contains(run.OutLines, line => line.StartsWith(verb + " ", StringComparison.Ordinal)));
    }
}
