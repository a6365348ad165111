using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// The journal row of one restore: each step is on disk before the next is taken. Up to the intent a vault that fails ends the restore. After
/// it a failing vault is logged and told, and never hides what became of the phone: the row stays open and is settled when the phone comes.
/// </summary>
internal sealed partial class RestoreJournal
{
    private readonly VaultFile _vault;
    private readonly ILogger _log;

    private RestoreJournal(VaultFile vault, ILogger log, JournalRow row) => (_vault, _log, Row) = (vault, log, row);

    private JournalRow Row { get; set; }

    /// <summary>Its name, as in "journal/17".</summary>
    public string Name => JournalNames.Full(Row.Id);

    /// <summary>Opens the row as checked; it is on disk when this returns.</summary>
    /// <exception cref="OperationException">It is not.</exception>
    public static RestoreJournal Open(VaultFile vault, ILogger log, RestoreRequest request, string phone, PhoneIdentity identity, RestorePlan plan, string spanId)
    {
        var entry = new JournalEntry(
            RequestId: request.RequestId,
            RequestDigest: request.Digest(),
            Device: phone,
            Identity: identity,
            Slots: [.. plan.Written.Select(s => s.Entry)],
            Reason: request.Reason,
            Evidence: request.Evidence,
            Operator: request.By.Name,
            ApprovedBy: plan.Approval?.ApprovedBy ?? "",
            ApprovalReason: plan.Approval?.Reason ?? "",
            Restart: request.Restart,
            TraceId: request.By.TraceId)
        {
            SpanId = spanId,
        };
        var journal = new RestoreJournal(vault, log, VaultAccess.Try(() => vault.Journal.Open(entry)));
        LogStep(log, journal.Name, JournalState.Checked);
        return journal;
    }

    /// <summary>The pre-image is kept.</summary>
    /// <exception cref="OperationException">The vault failed.</exception>
    public void BackedUp(string snapshot)
    {
        VaultAccess.Try(() =>
        {
            _vault.Journal.BackedUp(Row.Id, snapshot);
            return 0;
        });
        LogStep(_log, Name, JournalState.BackedUp);
    }

    /// <summary>From here on bytes may be sent.</summary>
    /// <exception cref="OperationException">The vault failed.</exception>
    public void Intend()
    {
        VaultAccess.Try(() =>
        {
            _vault.Journal.Advance(Row.Id, JournalState.Intent);
            return 0;
        });
        LogStep(_log, Name, JournalState.Intent);
    }

    /// <summary>Notes how far the restore is; false when that is not on disk.</summary>
    public bool Advance(JournalState state)
    {
        bool kept = Try(() => _vault.Journal.Advance(Row.Id, state));
        if (kept)
            LogStep(_log, Name, state);
        return kept;
    }

    /// <summary>Notes that the phone is about to be put into offline mode, or is in service again; false when that is not on disk.</summary>
    public bool NoteOffline(bool offline) => Try(() => _vault.Journal.NoteOffline(Row.Id, offline));

    /// <summary>Notes that the phone was seen to restart.</summary>
    public void NoteRestarted() => Try(() => _vault.Journal.NoteRestarted(Row.Id));

    /// <summary>Notes that the old values are about to be put back; false when that is not on disk.</summary>
    public bool NotePutBack() => Try(() => _vault.Journal.NotePutBack(Row.Id));

    /// <summary>Closes the row and returns it; null when the vault failed, or a person closed it meanwhile.</summary>
    public JournalRow? Close(RestoreOutcome outcome, OperationException? failure, string advice)
    {
        JournalRow? closed = null;
        Try(() => closed = _vault.Journal.Close(Row.Id, (WriteOutcome)outcome, failure?.Error.Name() ?? "", advice));
        if (closed is not null)
            LogStep(_log, Name, JournalState.Closed);
        return closed;
    }

    /// <summary>The row as it is on disk; as it was last read when the vault fails.</summary>
    public JournalRow Read()
    {
        Try(() => Row = _vault.Journal.Find(Row.Id) ?? Row);
        return Row;
    }

    private bool Try(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is VaultUnavailableException or JournalOrderException)
        {
            LogNotWritten(_log, Name, e);
            return false;
        }
    }

    [LoggerMessage(2210, LogLevel.Error, "{Row} could not be written while its restore was under way")]
    private static partial void LogNotWritten(ILogger log, string row, Exception exception);

    [LoggerMessage(2211, LogLevel.Debug, "{Row} is {State}")]
    private static partial void LogStep(ILogger log, string row, JournalState state);
}
