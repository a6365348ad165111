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
        // Without a lease it can never be carried out.
        Assert.Equal(("", true, 7UL, 0UL), (desk.Writes[^1].Spc, desk.Writes[^1].RevealImei, desk.Writes[0].FencingToken, desk.Writes[^1].FencingToken));
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

    [Theory]
    [InlineData("AGENT_STOPPING")]
    [InlineData("LIMIT_EXCEEDED")]
    [InlineData("VAULT_UNAVAILABLE")]
    [InlineData("INTERNAL")]
    [InlineData("ROLE_INSUFFICIENT")]
    [InlineData("CLIENT_REVOKED")]
    public async Task A_refusal_of_a_later_call_is_no_outcome_of_one_that_may_have_arrived(string reason)
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        HashSet<RunState> seen = [];
        desk.Case.Changed += () => Note(desk, seen);
        int calls = 0;
        // The first round breaks, the second and what follows is refused, before the intent was told; then the agent is well again.
        desk.Agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            int call = Interlocked.Increment(ref calls);
            if (call == 1 || call is > 2 and <= 6)
                FakeAgent.Cut(context);
            else if (call < 10)
                throw FakeAgent.Failure(StatusCode.Unavailable, reason, "Not now.");
            else
                await Samples.Applied(request, answers, context);
        });

        await desk.SendAsync("613908");
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal((RunState.Over, WriteOutcome.Applied, 10), (desk.Run.State, desk.Run.Receipt?.Outcome, calls));
        Assert.Contains(RunState.Lost, seen);
        Assert.Single(desk.Writes.Select(request => request.RequestId).Distinct());
    }

    [Fact]
    public async Task A_run_whose_outcome_the_agent_does_not_know_is_never_told_as_nothing_written()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        TaskCompletionSource reached = new(), goOn = new();
        desk.Agent.OnWriteImei = Samples.PlanThen(async (_, answers, _) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            reached.TrySetResult();
            await goOn.Task;
            throw FakeAgent.Failure(StatusCode.DataLoss, "WRITE_OUTCOME_UNKNOWN", "journal/17 stays open.", ("journal", "journal/17"));
        });
        await desk.SendAsync();
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        using StringWriter told = new();

        Task end = desk.Cases.SeeThroughAsync(told, TestContext.Current.CancellationToken);
        Assert.False(end.IsCompleted);
        goOn.SetResult();
        await end.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(RunState.Unsettled, desk.Run.State);
        Assert.DoesNotContain("Nothing was written", told.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"Its outcome: imei journal, or request {desk.Run.RequestId}.", told.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_that_was_refused_is_told_as_nothing_written()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        TaskCompletionSource reached = new(), goOn = new();
        desk.Agent.OnWriteImei = Samples.PlanThen(async (_, _, _) =>
        {
            reached.TrySetResult();
            await goOn.Task;
            throw FakeAgent.Failure(StatusCode.FailedPrecondition, "IMEI_IN_USE", "Another phone has it.");
        });
        await desk.SendAsync();
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        using StringWriter told = new();

        Task end = desk.Cases.SeeThroughAsync(told, TestContext.Current.CancellationToken);
        goOn.SetResult();
        await end.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        Assert.Contains("Nothing was written", told.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)] // In the middle of a call.
    [InlineData(false)] // While it waits for the agent to come back.
    public async Task An_agent_that_is_forgotten_ends_the_following_with_the_outcome_not_known(bool inCall)
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        TaskCompletionSource reached = new();
        desk.Agent.OnWriteImei = Samples.PlanThen(async (_, answers, context) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
        await desk.SendAsync();
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        if (!inCall)
        {
            await desk.Agent.StopAsync();
            await desk.UntilAsync(state => state is Sent { Run.State: RunState.Lost });
        }
        Task settled = desk.Cases.SettledAsync(TestContext.Current.CancellationToken);
        Assert.False(settled.IsCompleted);

        await desk.Link.DisposeAsync();
        await desk.Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

        await settled.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal((RunState.Unfollowed, null), (desk.Run.State, desk.Run.Receipt));
        Assert.Empty(desk.Cases.Running);
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
        // As quickly as anybody can: before its news are through.
        RestoreRun refused = desk.Run;
        Assert.True(SpinWait.SpinUntil(() => refused.State == RunState.Over, Eventually.Deadline));

        await desk.Case.AskAnewAsync();
        Assert.IsType<Planned>(desk.Case.State);
        Assert.True(desk.Case.AsksSpc);
        desk.Case.Send(desk.Plan, "613908", "");
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
