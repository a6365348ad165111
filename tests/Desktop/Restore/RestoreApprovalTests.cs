using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Restore;

/// <summary>What the wizard does with a restore that a supervisor has to approve.</summary>
public sealed class RestoreApprovalTests
{
    [Fact]
    public async Task What_a_supervisor_approved_is_checked_again_under_the_same_id_and_anything_else_is_another_request()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.WantApproval();
        desk.Case.Enter();
        desk.Type();
        await desk.Case.CheckAsync();
        string id = Assert.IsType<AwaitingApproval>(desk.Case.State).RequestId;
        // The phone is nobody's while a person decides.
        Assert.Single(desk.Agent.RequestsOf<ReleaseLeaseRequest>());

        await desk.Case.ChangeAsync();
        await desk.Case.CheckAsync();
        Assert.Equal(id, Assert.IsType<AwaitingApproval>(desk.Case.State).RequestId);
        await desk.Case.ChangeAsync();
        desk.Case.Draft.Reason = "ticket 4712";
        await desk.Case.CheckAsync();
        string other = Assert.IsType<AwaitingApproval>(desk.Case.State).RequestId;
        Assert.NotEqual(id, other);

        desk.Approve(other);
        await desk.UntilAsync(state => state is Planned);
        desk.Case.Send(desk.Plan, "", "");
        await desk.Run.Completion;
        Assert.Equal(other, Assert.Single(desk.Writes).RequestId);
    }

    [Fact]
    public async Task An_approval_that_comes_while_no_window_is_open_is_kept_for_the_next()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.WantApproval();
        desk.Case.Enter();
        desk.Type();
        await desk.Case.CheckAsync();
        await desk.Case.LeaveAsync();

        desk.Approve(((AwaitingApproval)desk.Case.State).RequestId);
        await desk.UntilAsync(state => state is AwaitingApproval { Approved.ApprovedBy: "eva" });
        desk.Case.Enter();

        await desk.UntilAsync(state => state is Planned);
    }

    [Fact]
    public async Task What_was_approved_is_kept_for_the_next_window_also_when_its_page_is_left_before_it_was_confirmed()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.WantApproval();
        desk.Case.Enter();
        desk.Type();
        await desk.Case.CheckAsync();
        string id = ((AwaitingApproval)desk.Case.State).RequestId;
        desk.Approve(id);
        await desk.UntilAsync(state => state is Planned);

        await desk.Case.LeaveAsync();
        Assert.Equal(("eva", true), (Assert.IsType<AwaitingApproval>(desk.Case.State).Approved?.ApprovedBy, desk.Case.Draft.IsComplete));
        Assert.Equal(desk.Agent.RequestsOf<AcquireLeaseRequest>().Count(), desk.Agent.RequestsOf<ReleaseLeaseRequest>().Count());
        Assert.Same(desk.Case, desk.Cases.Enter(desk.Link, Samples.PhoneName, anew: true));
        await desk.UntilAsync(state => state is Planned);

        // Whoever goes back to typing has something else in mind.
        await desk.Case.ChangeAsync();
        await desk.Case.LeaveAsync();
        Assert.False(desk.Case.Draft.IsComplete);
        Assert.IsType<Drafting>(desk.Case.State);
    }
}
