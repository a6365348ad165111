using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

// What a technician and a supervisor do about a restore that needs both.
public class ApprovalsTests
{
    private const string Id = "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01";

    private static readonly string[] Restore = ["restore", "--label", Samples.Number, "--reason", "ticket 4711", "--evidence", "photo"];

    private static readonly Approval Pending = new()
    {
        RequestId = Id,
        Device = Samples.PhoneName,
        Question = "Replace 49015420*****18 in SIM 1 by 35693803*****09?",
        AskedBy = "alice",
        AskTime = new DateTime(2026, 11, 23, 2, 0, 0, DateTimeKind.Utc).ToTimestamp(),
    };

    private static readonly Approval Granted = new(Pending)
    {
        ApprovedBy = "bob",
        ApproveTime = new DateTime(2026, 11, 23, 2, 5, 0, DateTimeKind.Utc).ToTimestamp(),
        Reason = "Board was swapped.",
    };

    [Theory]
    [InlineData("--yes")]
    [InlineData("--dry-run")]
    public async Task A_plan_that_needs_approval_prints_the_two_commands_that_follow(string how)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = (request, _, _) => throw Refusal(request);

        CliRun run = await CliRun.RunAsync(agent, [.. Restore, how]);

        string id = Assert.Single(agent.RequestsOf<WriteImeiRequest>()).RequestId;
        Assert.Equal(5, (int)run.Exit);
        Assert.Contains($"imei approvals grant {id} --reason \"why\"", run.Err, StringComparison.Ordinal);
        Assert.Contains($"with: -d sm-g991u-3f2a --request-id {id} --etag {Samples.Etag}", run.Err, StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.Number, run.Out + run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_needs_approval_prints_them_too_and_in_json_the_fields()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.PlanThen((request, _, _) => throw Refusal(request));

        CliRun run = await CliRun.RunAsync(agent, [.. Restore, "--yes"]);
        CliRun json = await CliRun.RunAsync(agent, [.. Restore, "--yes", "--json"]);

        Assert.Contains("imei approvals grant", run.Err, StringComparison.Ordinal);
        JsonElement info = JsonDocument.Parse(json.Err.Split('\n')[1]).RootElement.GetProperty("details")[0];
        Assert.Equal("APPROVAL_REQUIRED", info.GetProperty("reason").GetString());
        Assert.Equal(agent.RequestsOf<WriteImeiRequest>().Last().RequestId, info.GetProperty("metadata").GetProperty("request_id").GetString());
        Assert.Equal(Samples.Etag, info.GetProperty("metadata").GetProperty("etag").GetString());
        Assert.Equal((5, 5), ((int)run.Exit, (int)json.Exit));
    }

    [Fact]
    public async Task A_refusal_that_nobody_may_lift_speaks_of_no_approval()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = (_, _, _) => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "IMEI_IN_USE");

        CliRun run = await CliRun.RunAsync(agent, [.. Restore, "--yes"]);

        Assert.Equal("imei: What happened. [IMEI_IN_USE]", run.Said.Trim());
    }

    [Fact]
    public async Task Once_approved_the_same_restore_is_confirmed_with_its_number_in_sight()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.Applied;

        CliRun run = await CliRun.RunAsync(agent, CliSetting.Typing("yes"), [.. Restore, "--request-id", Id, "--etag", Samples.Etag]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("SIM 1       label 356938035643809", run.Err, StringComparison.Ordinal);
        WriteImeiRequest request = Assert.Single(agent.RequestsOf<WriteImeiRequest>());
        Assert.Equal((Id, Samples.Etag, "photo", false), (request.RequestId, request.Etag, request.Evidence, request.ValidateOnly));
    }

    [Fact]
    public async Task What_waits_is_listed_with_the_command_that_grants_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListApprovals = request => new ListApprovalsResponse { Approvals = { request.PendingOnly ? [Pending] : [Granted] } };

        CliRun pending = await CliRun.RunAsync(agent, "approvals", "list");
        CliRun all = await CliRun.RunAsync(agent, "approvals", "list", "--all");
        CliRun json = await CliRun.RunAsync(agent, "approvals", "list", "--json");

        Assert.Equal([Id, "2026-11-23 02:00:00", "alice", "sm-g991u-3f2a", Pending.Question], Cells(pending.OutLines[1]));
        Assert.Contains("imei approvals grant REQUEST_ID", pending.Err, StringComparison.Ordinal);
        Assert.Equal("bob", Cells(all.OutLines[1])[4]);
        Assert.Equal("", all.Err);
        Assert.Equal(Pending, Assert.Single(JsonParser.Default.Parse<ListApprovalsResponse>(json.Out).Approvals));
    }

    [Fact]
    public async Task Nothing_that_waits_is_a_note()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListApprovals = _ => new ListApprovalsResponse();

        CliRun run = await CliRun.RunAsync(agent, "approvals", "list");

        Assert.Equal((ExitCode.Ok, "", "Nothing waits for approval."), (run.Exit, run.Out, run.Err.Trim()));
    }

    [Fact]
    public async Task Granting_says_what_was_granted_and_that_nothing_is_written_yet()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnApproveWrite = _ => new ApproveWriteResponse { Approval = Granted };

        CliRun run = await CliRun.RunAsync(agent, "approvals", "grant", Id.ToUpperInvariant(), "--reason", "Board was swapped.");
        CliRun json = await CliRun.RunAsync(agent, "approvals", "grant", Id, "--reason", "Board was swapped.", "--json");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("approved by bob, 2026-11-23 02:05:00 UTC: Board was swapped.", run.OutLines);
        Assert.Contains($"Nothing is written yet. Next, at the bench: the same imei restore again with --request-id {Id}", run.Err, StringComparison.Ordinal);
        Assert.All(agent.RequestsOf<ApproveWriteRequest>(), request => Assert.Equal(new ApproveWriteRequest { RequestId = Id, Reason = "Board was swapped." }, request));
        Assert.Equal(Granted, JsonParser.Default.Parse<ApproveWriteResponse>(json.Out).Approval);
    }

    [Fact]
    public async Task Granting_what_nobody_asked_for_is_exit_code_9()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnApproveWrite = _ => throw FakeAgent.Failure(StatusCode.NotFound, "APPROVAL_NOT_FOUND");

        Assert.Equal(9, (int)(await CliRun.RunAsync(agent, "approvals", "grant", Id, "--reason", "ok.")).Exit);
    }

    private static RpcException Refusal(WriteImeiRequest request) => FakeAgent.Failure(
        StatusCode.FailedPrecondition, "IMEI_INTACT", "The slot holds another valid IMEI.", ("approval", request.RequestId));

    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
