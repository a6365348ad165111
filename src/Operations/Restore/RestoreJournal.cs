using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// The journal row of one restore. Opening it must succeed or nothing is sent; after that a vault that fails is logged and told, but
/// never hides what became of the phone: the row stays open and is settled when the phone comes again.
/// </summary>
internal sealed partial class RestoreJournal
{
    private readonly VaultFile _vault;
    private readonly ILogger _log;

    private RestoreJournal(VaultFile vault, ILogger log, long id) => (_vault, _log, Id) = (vault, log, id);

    public long Id { get; }

    /// <summary>Opens the row; it is on disk when this returns.</summary>
    /// <exception cref="OperationException">It is not.</exception>
    public static RestoreJournal Open(
        VaultFile vault, ILogger log, RestoreRequest request, string phone, PhoneIdentity identity, SlotContent old, SlotContent wanted,
        RestoreSource source, string backup)
    {
        var entry = new JournalEntry(
            RequestId: request.RequestId,
            RequestDigest: request.Digest(),
            Device: phone,
            Identity: identity,
            Slot: request.Slot,
            OldActive: old.IsActive,
            OldData: old.Data.Bytes.ToArray(),
            NewData: wanted.Data.Bytes.ToArray(),
            BackupSnapshot: backup,
            SourceSnapshot: source.Snapshot,
            Reason: request.Reason,
            Operator: request.Operator,
            CheckDigitComputed: source.CheckDigitComputed);
        return new RestoreJournal(vault, log, VaultAccess.Try(() => vault.Journal.Open(entry)).Id);
    }

    /// <summary>Notes how far the restore is.</summary>
    public void Advance(JournalState state)
    {
        try
        {
            _vault.Journal.Advance(Id, state);
        }
        catch (Exception e) when (e is VaultUnavailableException or JournalOrderException)
        {
            LogNotWritten(_log, Id, e);
        }
    }

    /// <summary>Closes the row and returns its receipt; null when the vault failed.</summary>
    public RestoreReceipt? Close(RestoreOutcome outcome, OperationException? failure, string advice)
    {
        try
        {
            return RestoreReceipt.Of(_vault.Journal.Close(Id, (WriteOutcome)outcome, failure?.Error.Name() ?? "", advice));
        }
        catch (Exception e) when (e is VaultUnavailableException or JournalOrderException)
        {
            LogNotWritten(_log, Id, e);
            return null;
        }
    }

    [LoggerMessage(2210, LogLevel.Error, "journal/{Row} could not be written while its restore was under way")]
    private static partial void LogNotWritten(ILogger log, long row, Exception exception);
}
