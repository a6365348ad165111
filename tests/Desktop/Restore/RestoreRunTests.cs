using Grpc.Core;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Restore;

/// <summary>A restore that was sent: what is known of it, and what is not.</summary>
public sealed class RestoreRunTests
{
    [Fact]
    public async Task A_connection_that_stays_broken_leaves_the_outcome_open_and_the_same_request_is_asked_for_until_it_is_told()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        HashSet<RunState> seen = [];
        desk.Case.Changed += () => Note(desk, seen);
        int calls = 0;
        // More often than one call to the end tries it.
        desk.Agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            if (Interlocked.Increment(ref calls) > 9)
            {
                await Samples.Applied(request, answers, context);
                return;
            }
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent, "journal/17 is on disk"));
            FakeAgent.Cut(context);
        });

        await desk.SendAsync("613908");
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal((RunState.Over, WriteOutcome.Applied), (desk.Run.State, desk.Run.Receipt?.Outcome));
        Assert.Contains(RunState.Lost, seen);
        Assert.True(desk.Writes.Length >= 10);
        Assert.Single(desk.Writes.Select(request => request.RequestId).Distinct());
        // What opens the phone is needed as long as the agent may not have begun, and then no more.
        Assert.All(desk.Writes, request => Assert.Equal("613908", request.Spc));
        await desk.Run.RevealAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("", true), (desk.Writes[^1].Spc, desk.Writes[^1].RevealImei));
    }

    [Fact]
    public async Task A_row_that_stays_open_is_asked_for_again_when_something_has_happened()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        bool happened = false, tooEarly = false;
        int calls = 0;
        desk.Agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                tooEarly |= !happened;
                await Samples.Applied(request, answers, context);
                return;
            }
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Unknown) });
            throw FakeAgent.Failure(StatusCode.DataLoss, "WRITE_OUTCOME_UNKNOWN", "journal/17 stays open.", ("journal", "journal/17"));
        });
        await desk.SendAsync();
        await desk.UntilAsync(state => state is Sent { Run.State: RunState.Unsettled });
        Assert.Equal("WRITE_OUTCOME_UNKNOWN", desk.Run.Refused?.Why.Reason);
        // The phone can be had by others; the row keeps it from being written.
        await Eventually.HoldsAsync(() => desk.Agent.RequestsOf<ReleaseLeaseRequest>().Any());

        happened = true;
        desk.Tell();
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.False(tooEarly);
        Assert.Equal((RunState.Over, WriteOutcome.Applied, 2), (desk.Run.State, desk.Run.Receipt?.Outcome, calls));
        Assert.Null(desk.Run.Refused);
    }

    [Fact]
    public async Task A_refusal_before_the_intent_is_over_and_leaves_no_receipt()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.PlanThen((_, _, _) => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "IMEI_IN_USE", "Another phone has it."));

        await desk.SendAsync();
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal((RunState.Over, null, "IMEI_IN_USE"), (desk.Run.State, desk.Run.Receipt, desk.Run.Refused?.Why.Reason));
        Assert.Single(desk.Writes);
    }

    [Fact]
    public async Task A_refusal_behind_the_intent_without_a_receipt_is_no_outcome()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        int calls = 0;
        desk.Agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                await Samples.Applied(request, answers, context);
                return;
            }
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            throw FakeAgent.Failure(StatusCode.Internal, "INTERNAL", "A fault of the agent.");
        });

        await desk.SendAsync();
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal((WriteOutcome.Applied, 2), (desk.Run.Receipt?.Outcome, calls));
    }

    [Fact]
    public async Task A_phone_that_asked_for_its_code_is_asked_for_anew_as_another_restore()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            if (request.Spc.Length > 0)
            {
                await Samples.Applied(request, answers, context);
                return;
            }
            await answers.WriteAsync(Samples.Phase(WritePhase.Sent));
            await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Refused) });
            throw FakeAgent.Failure(StatusCode.FailedPrecondition, "SPC_REQUIRED", "It is locked.");
        });
        Assert.False(desk.Case.AsksSpc);
        await desk.SendAsync();
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.True(desk.Case.AsksSpc);

        await desk.Case.AskAnewAsync();
        Assert.IsType<Planned>(desk.Case.State);
        desk.Case.Send("613908", "");
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(WriteOutcome.Applied, desk.Run.Receipt?.Outcome);
        Assert.Equal(2, desk.Writes.Select(request => request.RequestId).Distinct().Count());
        await desk.Case.StartOverAsync();
        Assert.False(desk.Case.AsksSpc);
    }

    private static void Note(RestoreDesk desk, HashSet<RunState> seen)
    {
        if (desk.Case.State is Sent { Run: { } run })
            lock (seen)
            {
                seen.Add(run.State);
                // Never over, and never refused, while nothing is known.
                Assert.False(run.State == RunState.Over && run.Receipt is null);
            }
    }
}
