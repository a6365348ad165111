using ImeiAgent.V1;

namespace ImeiAgent.Client;

// What restores did, those that were interrupted, and those that wait for a supervisor.
public sealed partial class AgentClient
{
    // The contract says up to 3 min: the phone may have to restart.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(200);

    /// <summary>Lists one page of the journal, newest first.</summary>
    public Task<ListJournalResponse> ListJournalAsync(ListJournalRequest request, CancellationToken cancellation) =>
        CallAsync(options => _journal.ListJournalAsync(request, options), Quick, cancellation);

    /// <summary>Returns one row of the journal.</summary>
    public Task<GetJournalEntryResponse> GetJournalEntryAsync(GetJournalEntryRequest request, CancellationToken cancellation) =>
        CallAsync(options => _journal.GetJournalEntryAsync(request, options), Quick, cancellation);

    /// <summary>
    /// Settles an open row, with the phone or by hand. Never repeated by itself, because a code may have been sent to the phone: after
    /// <see cref="AgentException.ConnectionLost"/> <see cref="GetJournalEntryAsync"/> says what became of it.
    /// </summary>
    public Task<SettleJournalEntryResponse> SettleJournalEntryAsync(SettleJournalEntryRequest request, CancellationToken cancellation) =>
        CallAsync(options => _journal.SettleJournalEntryAsync(request, options), Settling, cancellation);

    /// <summary>Lists restores that were, or are to be, approved; newest first.</summary>
    public Task<ListApprovalsResponse> ListApprovalsAsync(ListApprovalsRequest request, CancellationToken cancellation) =>
        CallAsync(options => _approvals.ListApprovalsAsync(request, options), Quick, cancellation);

    /// <summary>Approves one restore; one that is approved already stays as it is.</summary>
    public Task<ApproveWriteResponse> ApproveWriteAsync(ApproveWriteRequest request, CancellationToken cancellation) =>
        CallAsync(options => _approvals.ApproveWriteAsync(request, options), Quick, cancellation);
}
