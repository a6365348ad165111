using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Where a supervisor sees the restores that the policy leaves to a second person, and approves one.</summary>
public sealed class ApprovalDesk(VaultFile vault)
{
    private const int Most = 1000;

    /// <summary>The requests, newest first, at most 1,000.</summary>
    /// <param name="pendingOnly">Only those that nobody has approved.</param>
    /// <exception cref="OperationException">The vault failed.</exception>
    public IReadOnlyList<Approval> List(bool pendingOnly) => VaultAccess.Try(() => vault.Approvals.List(pendingOnly, Most));

    /// <summary>
    /// Approves a request, for what it asks and what the phone held when it was asked. Whoever asked cannot approve.
    /// </summary>
    /// <param name="requestId">The request's id.</param>
    /// <param name="reason">Why, 3 to 500 characters.</param>
    /// <param name="by">Who approves.</param>
    /// <exception cref="OperationException">There is no such request, the caller made it, the reason is missing, or the vault failed.</exception>
    public Approval Approve(string requestId, string reason, Caller by)
    {
        if (!FreeText.IsSentence(reason, 500))
            throw Faults.Argument("reason", "3 to 500 characters without control characters are expected.");
        reason = FreeText.Masked(reason);
        if (VaultAccess.Try(() => vault.Approvals.Find(requestId.ToLowerInvariant())) is not { IsPending: true } asked)
            throw Faults.ApprovalNotFound(requestId);
        if (asked.Request.AskedBy == by.Name)
            throw Faults.SecondPerson(by);
        // On record before it counts: nobody approves unseen.
        VaultAccess.Try(() => vault.Audit.Append(by.Did(
            "approve-restore", asked.Request.Device, "approved", $"{asked.Request.RequestId}: {asked.Request.Question} Approved because: {reason}")));
        return VaultAccess.Try(() => vault.Approvals.Grant(asked.Request.RequestId, by.Name, reason)) ?? throw Faults.ApprovalNotFound(requestId);
    }
}
