using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Answers a request that was carried out before with its stored receipt. Receipts are never removed.</summary>
internal sealed class RestoreReplay(PhoneRegistry phones, VaultFile vault, TimeProvider time)
{
    /// <summary>The end of the same request carried out before; null when it was not. A validation is never answered from the past.</summary>
    public async Task<RestoreEnded?> FindAsync(RestoreRequest request, CancellationToken ct)
    {
        if (Find(request) is not { } row)
            return null;
        if (row.Entry.RequestDigest != request.Digest())
            throw Faults.RequestIdReused(request.RequestId);
        if (request.ValidateOnly)
            return null;
        if (row.State != JournalState.Closed)
            row = await SettledAsync(request, row, ct);
        RestoreReceipt receipt = RestoreReceipt.Of(row) with { Replayed = true };
        return new RestoreEnded(receipt, receipt.Error == OperationError.None ? null : new OperationException(receipt.Error, receipt.Advice));
    }

    /// <summary>The row of an interrupted restore after it was settled: that takes its phone, and is under way as soon as the phone is there.</summary>
    private async Task<JournalRow> SettledAsync(RestoreRequest request, JournalRow open, CancellationToken ct)
    {
        // Nothing was sent and nobody is at it, or this request would not have got here.
        if (open.State < JournalState.Intent)
        {
            phones.Recovery.CloseUnsent(open);
            return Find(request) ?? open;
        }
        long start = time.GetTimestamp();
        while (true)
        {
            Task changed = phones.Changed;
            if (Find(request) is { State: JournalState.Closed } closed)
                return closed;
            TimeSpan left = phones.Patience - time.GetElapsedTime(start);
            bool comes = phones.List().Any(p => p.Name == open.Entry.Device && p.State is PhoneState.Probing or PhoneState.Unsettled);
            if (left <= TimeSpan.Zero || !comes)
                throw Faults.StillOpen(open, phones.List().FirstOrDefault(p => p.Name == open.Entry.Device && p.State == PhoneState.Unsettled)?.Hint ?? "");
            await Task.WhenAny(changed, Task.Delay(left, time, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    private JournalRow? Find(RestoreRequest request) => VaultAccess.Try(() => vault.Journal.FindByRequestId(request.RequestId));
}
