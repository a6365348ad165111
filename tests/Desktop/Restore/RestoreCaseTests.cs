using Grpc.Core;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Restore;

/// <summary>What the wizard does behind its pages, up to sending.</summary>
public sealed class RestoreCaseTests
{
    [Fact]
    public async Task What_was_checked_is_what_is_sent_with_the_lease_and_the_code_that_the_check_did_not_have()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        await desk.SendAsync("613908");
        await desk.Run.Completion;

        WriteImeiRequest[] all = [.. desk.Agent.RequestsOf<WriteImeiRequest>()];
        Assert.Equal([(true, 0UL, "", true), (false, 7UL, "613908", false)], all.Select(r => (r.ValidateOnly, r.FencingToken, r.Spc, r.RevealImei)));
        Assert.Equal(all[0].RequestId, all[1].RequestId);
        Assert.Equal([Samples.Etag, Samples.Etag], all.Select(r => Assert.Single(r.Slots).Etag));
        Assert.Equal("restore: ticket 4711", Assert.Single(desk.Agent.RequestsOf<AcquireLeaseRequest>()).Purpose);
        await Eventually.HoldsAsync(() => desk.Agent.RequestsOf<ReleaseLeaseRequest>().Count() == 1);
    }

    [Fact]
    public async Task A_lease_that_is_lost_takes_the_plan_along_and_nothing_is_sent()
    {
        TaskCompletionSource steal = new();
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Agent.OnWatchLease = async (request, answers, _) =>
        {
            await steal.Task;
            await answers.WriteAsync(new WatchLeaseResponse { Lease = RestoreDesk.Held(request.FencingToken), End = LeaseEnd.Stolen, TakenBy = "eva", Reason = "a customer waits" });
        };
        desk.Type();
        await desk.Case.CheckAsync();
        RestorePlan plan = desk.Plan;

        steal.SetResult();
        await desk.UntilAsync(state => state is Drafting { Lost: not null });
        desk.Case.Send(plan, "", "");

        Assert.Equal("eva took the lease 7 on sm-g991u-3f2a: a customer waits.", ((Drafting)desk.Case.State).Lost!.Message);
        Assert.Empty(desk.Writes);
        Assert.Empty(desk.Agent.RequestsOf<ReleaseLeaseRequest>());
        Assert.Equal("ticket 4711", desk.Case.Draft.Reason);
    }

    [Fact]
    public async Task Leaving_before_it_was_sent_gives_the_phone_back_and_forgets_what_was_typed()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Case.Enter();
        desk.Case.Enter();
        desk.Type();
        await desk.Case.CheckAsync();

        await desk.Case.LeaveAsync();
        Assert.IsType<Planned>(desk.Case.State); // Another window shows it still.
        await desk.Case.LeaveAsync();

        Assert.Equal(7UL, Assert.Single(desk.Agent.RequestsOf<ReleaseLeaseRequest>()).FencingToken);
        Assert.IsType<Drafting>(desk.Case.State);
        Assert.Equal(("", ""), (desk.Case.Draft.Reason, desk.Case.Draft.Slots[0].Label));
        Assert.NotSame(desk.Case, desk.Cases.Of(desk.Link, desk.Case.Device));
    }

    [Fact]
    public async Task A_plan_that_is_not_the_one_that_was_confirmed_is_not_sent()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Type();
        await desk.Case.CheckAsync();
        RestorePlan confirmed = desk.Plan;
        desk.Case.Draft.Reason = "ticket 4712";
        await desk.Case.CheckAsync();

        desk.Case.Send(confirmed, "", "");

        Assert.NotSame(confirmed, desk.Plan);
        Assert.Empty(desk.Writes);
        desk.Case.Send(desk.Plan, "", "");
        await desk.Run.Completion;
        Assert.Equal("ticket 4712", Assert.Single(desk.Writes).Reason);
    }

    [Fact]
    public async Task What_is_stopped_or_sent_while_the_agent_answers_stays_so()
    {
        TaskCompletionSource reached = new(), answer = new();
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = async (request, answers, context) =>
        {
            reached.TrySetResult();
            await answer.Task; // However often it was cancelled.
            await Samples.Applied(request, answers, context);
        };
        desk.Type();
        Task check = desk.Case.CheckAsync();
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        await desk.Case.ChangeAsync();
        Assert.IsType<Drafting>(desk.Case.State);
        await check;
        answer.SetResult();
        Assert.IsType<Drafting>(desk.Case.State);
        // The lease of the check went with it, and the next takes its own.
        Assert.Single(desk.Agent.RequestsOf<ReleaseLeaseRequest>());

        await desk.Case.CheckAsync();
        desk.Case.Send(desk.Plan, "", "");
        await Task.WhenAll(desk.Case.ChangeAsync(), desk.Case.CheckAsync());
        await desk.Run.Completion;
        Assert.Equal(WriteOutcome.Applied, desk.Run.Receipt?.Outcome);
    }

    [Fact]
    public async Task A_restore_is_found_by_its_agent_and_not_by_the_agents_name()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        await using RestoreDesk other = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        await desk.SendAsync();
        await desk.Run.Completion;
        string journal = desk.Run.Receipt!.Journal;

        Assert.NotEmpty(journal);
        Assert.Equal(desk.Link.Name, other.Link.Name);
        Assert.Same(desk.Run, desk.Cases.Find(desk.Link, journal));
        Assert.Null(desk.Cases.Find(other.Link, journal));
    }

    [Fact]
    public void Both_from_one_backup_is_said_only_while_it_is_so()
    {
        Snapshot backup = Samples.Snapshot(1, 2);
        backup.ImeiSlots.Clear();
        backup.ImeiSlots.Add(new ImeiSlot { Slot = 1, State = ImeiSlotState.Ok, Imei = Samples.Masked2 });
        backup.ImeiSlots.Add(new ImeiSlot { Slot = 2, State = ImeiSlotState.Ok, Imei = Samples.Masked2 });
        RestoreDraft draft = new();
        (draft.Slots[0].IsChosen, draft.Slots[1].IsChosen) = (true, true);
        draft.Prepare([backup]);
        Assert.True(draft.FromOneBackup);

        draft.Slots[0].Source = NumberSource.Label;
        Assert.False(draft.FromOneBackup);
        draft.Slots[0].Source = NumberSource.Snapshot;
        draft.Slots[0].Take(backup, from: 2);
        Assert.False(draft.FromOneBackup);
        draft.Slots[0].Take(new Snapshot(backup) { Name = "snapshots/other" });
        Assert.False(draft.FromOneBackup);
        draft.TakeBoth(backup);
        Assert.True(draft.FromOneBackup);
        draft.FromOneBackup = false;
        Assert.False(draft.FromOneBackup);
    }

    [Fact]
    public async Task The_end_of_the_program_gives_the_phone_back()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Type();
        await desk.Case.CheckAsync();
        Assert.IsType<Planned>(desk.Case.State);

        await desk.Cases.DisposeAsync();

        await Eventually.HoldsAsync(() => desk.Agent.RequestsOf<ReleaseLeaseRequest>().SingleOrDefault()?.FencingToken == 7);
    }

    [Fact]
    public async Task A_busy_phone_is_told_and_waited_for_only_when_a_person_says_so()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Agent.OnAcquireLease = request => request.Wait is null
            ? throw FakeAgent.Failure(StatusCode.FailedPrecondition, "DEVICE_BUSY", "ben holds it.", ("holder", "ben"))
            : new AcquireLeaseResponse { Lease = RestoreDesk.Held(9) };
        desk.Type();

        await desk.Case.CheckAsync();
        Assert.Equal("DEVICE_BUSY", Assert.IsType<Drafting>(desk.Case.State).Refused!.Why.Reason);
        Assert.Empty(desk.Agent.RequestsOf<ReadImeiRequest>());
        await desk.Case.CheckAsync(new LeaseWish(Wait: TimeSpan.FromMinutes(10)));

        Assert.IsType<Planned>(desk.Case.State);
        Assert.Equal(600, desk.Agent.RequestsOf<AcquireLeaseRequest>().Last().Wait.Seconds);
    }

    [Fact]
    public async Task Going_back_is_seen_at_once_and_not_when_the_agent_took_the_lease_back()
    {
        using ManualResetEventSlim released = new();
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Agent.OnReleaseLease = _ =>
        {
            released.Wait(Eventually.Deadline);
            return new ReleaseLeaseResponse { End = LeaseEnd.Released };
        };
        desk.Case.Enter();
        desk.Type();
        await desk.Case.CheckAsync();
        List<Type> told = [];
        desk.Case.Changed += () => told.Add(desk.Case.State.GetType());

        Task change = desk.Case.ChangeAsync();

        Assert.Equal([typeof(Drafting)], told);
        Assert.False(change.IsCompleted);
        released.Set();
        await change;
    }

    [Fact]
    public void A_slot_is_filled_from_its_own_number_of_a_backup_and_from_another_only_by_hand()
    {
        Snapshot other = Samples.Snapshot(1, 2);
        other.ImeiSlots.Add(new ImeiSlot { Slot = 2, State = ImeiSlotState.Ok, Imei = Samples.Masked2 });
        other.ImeiSlots.Add(new ImeiSlot { Slot = 1, State = ImeiSlotState.Blank });
        SlotDraft slot = new(1) { IsChosen = true };

        slot.Take(other);
        Assert.False(slot.IsReady);
        slot.Take(other, from: 2);

        Assert.True(slot.IsReady);
        Assert.Equal(2u, slot.ToSource().SnapshotSlot);
        slot.Take(other, from: 1);
        Assert.False(slot.IsReady);
    }

    [Fact]
    public void An_answer_to_an_older_text_is_no_answer()
    {
        SlotDraft slot = new(1) { IsChosen = true, Source = NumberSource.Label };
        slot.Type(Samples.Number);
        slot.Type(Samples.Number + "0");
        slot.Judge(Samples.Number, new CheckLabelResponse { State = LabelState.Accepted });
        Assert.False(slot.IsReady);

        slot.Judge(Samples.Number + "0", new CheckLabelResponse { State = LabelState.Refused, Fault = "WrongLength" });
        Assert.False(slot.IsReady);
        slot.Type(Samples.Number);
        slot.Judge(Samples.Number, new CheckLabelResponse { State = LabelState.Accepted });
        Assert.True(slot.IsReady);
    }
}
