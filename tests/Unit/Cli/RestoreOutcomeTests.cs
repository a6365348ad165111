using System.Text.Json;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

// A restore whose outcome is in doubt.
public class RestoreOutcomeTests
{
    private static readonly string[] Confirmed = ["restore", "--label", Samples.Number, "--evidence", "photo", "--reason", "ticket 4711", "--yes"];

    [Fact]
    public async Task A_connection_cut_during_the_write_is_survived_by_asking_again_with_the_same_id()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int writes = 0;
        agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            if (++writes == 1)
            {
                await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
                FakeAgent.Cut(context);
                return;
            }
            await Samples.Applied(request, answers, context);
        });

        CliRun run = await CliRun.RunAsync(agent, Confirmed);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("restored", run.Out, StringComparison.Ordinal);
        Assert.Single(agent.RequestsOf<WriteImeiRequest>().Where(request => !request.ValidateOnly).Select(request => request.RequestId).Distinct());
        Assert.Equal(2, writes);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_learnt_is_said_to_be_unknown_with_the_id_to_ask_again()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.PlanThen((_, _, context) =>
        {
            FakeAgent.Cut(context);
            return Task.CompletedTask;
        });

        CliRun run = await CliRun.RunAsync(agent, Confirmed);

        string id = agent.RequestsOf<WriteImeiRequest>().Last().RequestId;
        Assert.Equal(7, (int)run.Exit);
        Assert.Contains($"-d sm-g991u-3f2a --request-id {id} --etag {Samples.Etag}", run.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("restored", run.Out + run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_without_receipt_after_the_intent_is_an_unknown_outcome_and_never_a_failure()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.PlanThen(async (_, answers, _) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            throw FakeAgent.Failure(StatusCode.Internal, "INTERNAL");
        });

        Assert.Equal(7, (int)(await CliRun.RunAsync(agent, Confirmed)).Exit);
    }

    [Fact]
    public async Task An_error_before_the_intent_keeps_its_own_exit_code()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.PlanThen(async (_, answers, _) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Checked));
            throw FakeAgent.Failure(StatusCode.Aborted, "ETAG_MISMATCH");
        });

        Assert.Equal(5, (int)(await CliRun.RunAsync(agent, Confirmed)).Exit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ctrl_C_after_the_request_was_sent_says_that_the_agent_goes_on(bool json)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource stop = new();
        agent.OnWriteImei = Samples.PlanThen(async (_, answers, context) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Cancellation = stop.Token }, json ? [.. Confirmed, "--json"] : Confirmed);

        string id = agent.RequestsOf<WriteImeiRequest>().Last().RequestId;
        Assert.Equal(7, (int)run.Exit);
        if (json)
            Assert.Equal(id, JsonDocument.Parse(run.Err).RootElement.GetProperty("details")[0].GetProperty("metadata").GetProperty("request_id").GetString());
        else
            Assert.Contains("--request-id " + id, run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outcome_can_be_asked_for_when_the_phone_is_not_there()
    {
        const string Id = "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01";
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetDevice = _ => throw FakeAgent.Failure(StatusCode.NotFound, "DEVICE_NOT_FOUND");
        agent.OnWriteImei = Samples.Applied;

        CliRun run = await CliRun.RunAsync(agent, [.. Confirmed, "-d", "sm-g991u-3f2a", "--request-id", Id]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(Samples.PhoneName, Assert.Single(agent.RequestsOf<WriteImeiRequest>()).Device);
    }

    [Fact]
    public async Task Asking_again_sends_the_earlier_id_and_etag_and_makes_no_new_plan()
    {
        const string Id = "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01";
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = async (request, answers, _) =>
        {
            WriteReceipt receipt = Samples.Receipt(request, WriteOutcome.Applied);
            receipt.Replayed = true;
            await answers.WriteAsync(new WriteImeiResponse { Receipt = receipt });
        };

        CliRun run = await CliRun.RunAsync(agent, [.. Confirmed, "--request-id", Id, "--etag", "e1"]);

        WriteImeiRequest request = Assert.Single(agent.RequestsOf<WriteImeiRequest>());
        Assert.Equal((Id, "e1", false), (request.RequestId, request.Etag, request.ValidateOnly));
        Assert.Contains("stored receipt of an earlier call", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_again_needs_a_yes_too_because_an_agent_that_never_got_it_writes_now()
    {
        string[] again = [.. Confirmed[..^1], "--request-id", "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01"];
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.Applied;

        Assert.Equal(130, (int)(await CliRun.RunAsync(agent, CliSetting.Typing("no"), again)).Exit);
        Assert.Empty(agent.RequestsOf<WriteImeiRequest>());
        Assert.Equal(0, (int)(await CliRun.RunAsync(agent, CliSetting.Typing("yes"), again)).Exit);
    }
}
