using System.Text.Json;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class RestoreTests
{
    private static readonly string[] FromLabel = ["restore", "--label", Samples.Number, "--evidence", "photo", "--reason", "ticket 4711"];

    [Fact]
    public async Task A_person_sees_phone_slot_old_and_new_value_types_four_digits_and_gets_the_receipt()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, CliSetting.Typing("3809"), FromLabel);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("sm-g991u-3f2a (SM-G991U) at /dev/ttyUSB0", run.Err, StringComparison.Ordinal);
        Assert.Contains("SIM slot    1", run.Err, StringComparison.Ordinal);
        Assert.Contains("now         lost (blank)", run.Err, StringComparison.Ordinal);
        Assert.Contains("new         356938035643809", run.Err, StringComparison.Ordinal);
        Assert.Contains("08 3A 65 39 08 53 46 83 90", run.Err, StringComparison.Ordinal);
        Assert.Contains("Type the last four digits of the new IMEI to write it", run.Err, StringComparison.Ordinal);
        Assert.Contains("restored: the phone holds the new value (read back)", run.Out, StringComparison.Ordinal);
        Assert.Contains("journal/17", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.Number, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_write_carries_the_etag_and_the_id_of_the_plan_and_the_full_name()
    {
        await using FakeAgent agent = await StartAsync();

        await CliRun.RunAsync(agent, [.. FromLabel, "-d", "sm", "--yes"]);

        List<WriteImeiRequest> requests = [.. agent.RequestsOf<WriteImeiRequest>()];
        Assert.Equal([true, false], requests.Select(request => request.ValidateOnly));
        Assert.All(requests, request => Assert.Equal(Samples.Etag, request.Etag));
        Assert.All(requests, request => Assert.Equal(Samples.PhoneName, request.Device));
        Assert.All(requests, request => Assert.True(Guid.TryParse(request.RequestId, out _)));
        Assert.Equal(requests[0].RequestId, requests[1].RequestId);
        Assert.All(requests, request => Assert.Equal(("photo", false), (request.Evidence, request.NoRestart)));
        Assert.Equal("sm", Assert.Single(agent.RequestsOf<GetDeviceRequest>()).Device);
    }

    [Theory]
    [InlineData("")]
    [InlineData("y")]
    [InlineData("3808")]
    [InlineData("356938035643809")]
    public async Task Any_other_answer_writes_nothing(string answer)
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, CliSetting.Typing(answer), FromLabel);

        Assert.Equal(130, (int)run.Exit);
        Assert.DoesNotContain(agent.RequestsOf<WriteImeiRequest>(), request => !request.ValidateOnly);
    }

    [Fact]
    public async Task Without_a_terminal_and_without_yes_nothing_at_all_is_done()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Input = "3809\n" }, FromLabel);

        Assert.Equal(2, (int)run.Exit);
        Assert.Contains("--yes", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Fact]
    public async Task With_yes_and_without_reveal_no_number_is_shown_in_full()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, [.. FromLabel, "--yes"]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.DoesNotContain(Samples.Number, run.Out + run.Err, StringComparison.Ordinal);
        Assert.All(agent.RequestsOf<WriteImeiRequest>(), request => Assert.False(request.RevealImei));
    }

    [Fact]
    public async Task A_dry_run_shows_the_plan_and_writes_nothing()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, [.. FromLabel, "--dry-run", "--reveal"]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("08 3A 65 39 08 53 46 83 90", run.Out, StringComparison.Ordinal);
        Assert.Contains("checked only: nothing was written", run.Out, StringComparison.Ordinal);
        Assert.True(Assert.Single(agent.RequestsOf<WriteImeiRequest>()).ValidateOnly);
    }

    [Fact]
    public async Task A_computed_check_digit_is_pointed_out()
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnWriteImei = async (request, answers, _) =>
        {
            WriteReceipt receipt = Samples.Receipt(request, WriteOutcome.Validated);
            receipt.CheckDigitComputed = true;
            await answers.WriteAsync(new WriteImeiResponse { Receipt = receipt });
        };

        CliRun run = await CliRun.RunAsync(agent, "restore", "--label", "35693803564380", "--evidence", "photo", "--reason", "ticket", "--dry-run");

        Assert.Contains("the check digit 9 was computed: compare it with the label", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_holds_the_value_already_is_left_alone()
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnWriteImei = (request, answers, _) =>
            answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Unchanged) });

        CliRun run = await CliRun.RunAsync(agent, CliSetting.Typing(), FromLabel);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("holds this value already", run.Out, StringComparison.Ordinal);
        Assert.True(Assert.Single(agent.RequestsOf<WriteImeiRequest>()).ValidateOnly);
    }

    [Fact]
    public async Task A_refusal_of_the_plan_ends_it_with_the_agents_sentence()
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnWriteImei = (_, _, _) => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "IMEI_INTACT", "The slot holds another valid IMEI.");

        CliRun run = await CliRun.RunAsync(agent, CliSetting.Typing("3809"), FromLabel);

        Assert.Equal(5, (int)run.Exit);
        Assert.Contains("The slot holds another valid IMEI.", run.Err, StringComparison.Ordinal);
        Assert.Single(agent.RequestsOf<WriteImeiRequest>());
    }

    [Theory]
    [InlineData(WriteOutcome.RolledBack, "WRITE_ROLLED_BACK", 6)]
    [InlineData(WriteOutcome.Refused, "SPC_REFUSED", 5)]
    [InlineData(WriteOutcome.Refused, "DEVICE_DISCONNECTED", 4)]
    [InlineData(WriteOutcome.AppliedNotInEffect, "WRITE_NOT_IN_EFFECT", 6)]
    [InlineData(WriteOutcome.Unknown, "WRITE_OUTCOME_UNKNOWN", 7)]
    [InlineData(WriteOutcome.Unknown, "DEVICE_DISCONNECTED", 7)]
    [InlineData(WriteOutcome.Applied, "INTERNAL", 0)]
    public async Task The_receipt_decides_the_exit_code_because_it_says_what_the_phone_holds(WriteOutcome outcome, string reason, int expected)
    {
        await using FakeAgent agent = await StartAsync(async (request, answers, _) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, outcome) });
            throw FakeAgent.Failure(StatusCode.Aborted, reason);
        });

        CliRun run = await CliRun.RunAsync(agent, [.. FromLabel, "--yes"]);

        Assert.Equal(expected, (int)run.Exit);
        Assert.Contains("journal/17", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_json_the_events_of_the_write_alone_are_on_standard_output()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, [.. FromLabel, "--yes", "--json"]);

        Assert.Equal("", run.Err);
        Assert.Equal(9, run.OutLines.Count);
        Assert.Equal("WRITE_PHASE_CHECKED", JsonDocument.Parse(run.OutLines[0]).RootElement.GetProperty("progress").GetProperty("phase").GetString());
        Assert.Equal("WRITE_OUTCOME_APPLIED", JsonDocument.Parse(run.OutLines[^1]).RootElement.GetProperty("receipt").GetProperty("outcome").GetString());
    }

    private static async Task<FakeAgent> StartAsync(
        Func<WriteImeiRequest, IServerStreamWriter<WriteImeiResponse>, ServerCallContext, Task>? write = null)
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = write is null ? Samples.Applied : Samples.PlanThen(write);
        return agent;
    }
}
