using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

// What waits for a supervisor's word.
public sealed partial class RestoreCase
{
    private void OnNews()
    {
        if (State is AwaitingApproval { Approved: null } && Link.View is { IsLive: true, Attention: { } attention } && attention.Change != _looked)
            _ = LookForApprovalAsync();
    }

    /// <summary>Looks whether a supervisor has approved it. In a window it is then checked again at once, which shows what they approved.</summary>
    public async Task LookForApprovalAsync()
    {
        if (State is not AwaitingApproval waiting)
            return;
        _looked = Link.View.Attention?.Change;
        try
        {
            ListApprovalsResponse all = await Link.Client.ListApprovalsAsync(new(), _end);
            Approval? found = all.Approvals.FirstOrDefault(one => one.RequestId == waiting.RequestId && one.ApprovedBy.Length > 0);
            if (found is not null && waiting with { Approved = found } is var approved && Show(waiting, approved))
                waiting = approved;
        }
        catch (Exception fault) when (fault is AgentException or OperationCanceledException or ObjectDisposedException)
        {
            _looked = null; // Looked again at the next news.
        }
        if (waiting.Approved is not null && _windows > 0)
            await CheckAsync(default, waiting);
    }
}
