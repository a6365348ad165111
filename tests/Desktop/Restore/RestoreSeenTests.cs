using Grpc.Core;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Restore;

/// <summary>When the end of a restore was seen, and makes room for the next one of the phone.</summary>
public sealed class RestoreSeenTests
{
    [Fact]
    public async Task An_end_that_was_seen_gives_way_to_a_new_restore_once_its_page_was_left_and_is_come_to_anew()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Case.Enter();
        await desk.SendAsync();
        await desk.Run.Completion;
        RestoreCase Come(bool anew) => desk.Cases.Enter(desk.Link, desk.Case.Device, anew);

        // Left before it was seen.
        await desk.Case.LeaveAsync();
        Assert.Same(desk.Case, Come(anew: true));
        desk.Case.SeeEnd();
        // Another window shows it still.
        Assert.Same(desk.Case, Come(anew: true));
        await desk.Case.LeaveAsync();
        await desk.Case.LeaveAsync();
        // Loaded again.
        Assert.Same(desk.Case, Come(anew: false));
        await desk.Case.LeaveAsync();
        Assert.NotNull(desk.Cases.Find(desk.Link, "journal/17"));

        RestoreCase next = Come(anew: true);
        Assert.NotSame(desk.Case, next);
        Assert.IsType<Drafting>(next.State);
        Assert.Equal("", next.Draft.Reason);
        // Its receipt is still that of this person.
        Assert.NotNull(desk.Cases.Find(desk.Link, "journal/17"));
    }

    [Fact]
    public async Task A_restore_that_wants_a_code_waits_for_whoever_fetches_it()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.PlanThen((_, _, _) => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "SPC_REQUIRED", "It is locked."));
        desk.Case.Enter();
        await desk.SendAsync();
        await desk.Run.Completion;
        desk.Case.SeeEnd();
        await desk.Case.LeaveAsync();

        Assert.True(desk.Case.EndWasSeen);
        Assert.Same(desk.Case, desk.Cases.Enter(desk.Link, desk.Case.Device, anew: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outcome_that_nobody_knows_stays_however_often_it_was_seen(bool isClosed)
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            WriteReceipt receipt = Samples.Receipt(request, WriteOutcome.Unknown);
            receipt.Sha256 = isClosed ? new string('a', 64) : "";
            await answers.WriteAsync(new WriteImeiResponse { Receipt = receipt });
        });
        await desk.SendAsync();
        await desk.UntilAsync(state => state is Sent { Run.State: var now } && now == (isClosed ? RunState.Over : RunState.Unsettled));

        desk.Case.SeeEnd();

        Assert.False(desk.Case.EndWasSeen);
        Assert.Same(desk.Case, desk.Cases.Enter(desk.Link, desk.Case.Device, anew: true));
    }
}
