using System.Collections.Concurrent;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>What keeps a phone from being offered.</summary>
/// <param name="Journal">The open row, as in "journal/17"; empty when the vault cannot tell.</param>
/// <param name="Hint">What a person should do.</param>
internal sealed record Unsettled(string Journal, string Hint);

/// <summary>A person's help with an open row.</summary>
/// <param name="Codes">Codes to unlock the phone with, each sent once at the most.</param>
/// <param name="Caller">Who.</param>
/// <param name="Reason">Why.</param>
internal sealed record Help(UnlockCodes Codes, Caller Caller, string Reason)
{
    private volatile bool _wasUsed;

    /// <summary>Who, and why: kept with the row when it is closed.</summary>
    public string By => $"{Caller.Name}: {Reason}";

    /// <summary>Whether the row was looked at with it, to whatever end.</summary>
    public bool WasUsed => _wasUsed;

    /// <summary>The row was looked at with it.</summary>
    public void Used() => _wasUsed = true;
}

/// <summary>
/// Settles what a killed agent, a phone that went away or a failing vault left open, when that phone is there again and before it is offered
/// to anybody. All slots hold the new value: applied. All hold the old one: rolled back. Anything else: the old values are put back. What cannot
/// be settled so stays open, and keeps the phone from being offered, until it can or a person closes it by hand.
/// </summary>
internal sealed partial class JournalRecovery(VaultFile vault, RestoreOptions options, TimeProvider time, ILogger log)
{
    private readonly ConcurrentDictionary<long, Help> _helped = new();
    private readonly ConcurrentDictionary<long, Help?> _restarting = new(); // With whose help.
    private readonly ConcurrentDictionary<long, string> _left = new(); // Why a row stayed open when it was last tried.
    private readonly Identify _identify = new(time);
    private TaskCompletionSource _asked = NewSignal();

    /// <summary>Completes when a person has given codes or closed a row: ports of unsettled phones try again then.</summary>
    public Task Asked => Volatile.Read(ref _asked).Task;

    /// <summary>Has the ports of unsettled phones try again.</summary>
    public void Ask() => Interlocked.Exchange(ref _asked, NewSignal()).SetResult();

    /// <summary>Closes the rows of restores that had sent nothing; called when none is under way. A vault that fails leaves them for later.</summary>
    public void CloseUnsent()
    {
        try
        {
            foreach (JournalRow row in vault.Journal.ListOpen().Where(r => r.State < JournalState.Intent))
                CloseUnsent(row);
        }
        catch (VaultUnavailableException e)
        {
            LogVault(log, e);
        }
    }

    /// <summary>Closes a row that had sent nothing and that nobody is at.</summary>
    public void CloseUnsent(JournalRow row)
    {
        try
        {
            Close(row, row.Entry.Device, WriteOutcome.Refused, Faults.Interrupted(), null);
        }
        catch (JournalOrderException)
        {
            // Its phone is there, and the port was quicker.
        }
    }

    /// <summary>Has the row settled at once, if its phone is there, with a person's help.</summary>
    public void Offer(long row, Help help)
    {
        _helped[row] = help;
        Ask();
    }

    /// <summary>Takes the help back that was not used.</summary>
    public void Withdraw(long row, Help help) => _helped.TryRemove(new KeyValuePair<long, Help>(row, help));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether a phone was restarted to settle this row, and did not come back yet or came back to a vault that fails.</summary>
    public bool IsRestarting(long row) => _restarting.ContainsKey(row);

    /// <summary>
    /// Settles every open row of the phone. The caller holds the phone's write gate. Null when none is left open; else the phone must not be
    /// offered.
    /// </summary>
    public async Task<Unsettled?> RunAsync(Phone phone)
    {
        try
        {
            IReadOnlyList<JournalRow> all = vault.Journal.ListOpen();
            if (!phone.Last.Identity.IsUnique && all.FirstOrDefault(r => r.State >= JournalState.Intent && MayBeOf(r.Entry, phone)) is { } perhaps)
                return new Unsettled(JournalNames.Full(perhaps.Id), Faults.MayBeIts(perhaps));
            Unsettled? left = null;
            JournalRow[] open = [.. all.Where(r => IsOf(r.Entry, phone))];
            foreach (JournalRow row in open)
                left = await TrySettleAsync(row, phone) is { } hint ? new Unsettled(JournalNames.Full(row.Id), hint) : left;
            if (open.Length > 0 && left is null)
                phone.Remember(await _identify.ReadSlotsAsync(phone.Session, CancellationToken.None));
            return left;
        }
        catch (VaultUnavailableException e)
        {
            LogVault(log, e);
            return new Unsettled("", PhoneHints.VaultInTheWay);
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            return new Unsettled("", PhoneHints.NotIdentified);
        }
    }

    private async Task<string?> TrySettleAsync(JournalRow row, Phone phone)
    {
        _helped.TryRemove(row.Id, out Help? help);
        using var trace = new RecoveryTrace(row, phone, help is null ? _left.GetValueOrDefault(row.Id) : null, time);
        try
        {
            string? left = await SettleAsync(row, phone, help);
            if (left is not null)
                trace.Failed(new OperationException(OperationError.JournalOpen, left));
            else
                trace.Settled(OutcomeOf(row));
            return left;
        }
        catch (JournalOrderException)
        {
            // A person closed it by hand at the same moment: that stands.
            trace.Settled(OutcomeOf(row));
            return null;
        }
        catch (Exception e)
        {
            trace.Failed(PhoneFailure.Is(e) ? PhoneFailure.Explain(e, phone) : e);
            throw;
        }
        finally
        {
            if (trace.Left is { } why)
                _left[row.Id] = why;
            else
                _left.TryRemove(row.Id, out _);
            help?.Used();
        }
    }

    /// <summary>How a row that is settled ended, for the trace alone: a vault that cannot tell now does not make it less settled.</summary>
    private WriteOutcome? OutcomeOf(JournalRow row)
    {
        try
        {
            return vault.Journal.Find(row.Id)?.Outcome;
        }
        catch (VaultUnavailableException)
        {
            return null;
        }
    }

    private async Task<string?> SettleAsync(JournalRow row, Phone phone, Help? help)
    {
        if (row.State < JournalState.Intent)
        {
            CloseUnsent(row);
            return null;
        }
        if (!phone.Last.Identity.IsUnique)
        {
            Close(row, phone.Name, WriteOutcome.Unknown, Faults.NotTold(row), null);
            return null;
        }

        SlotChange[] changes = [.. row.Entry.Slots.Select(SlotChange.Of)];
        bool isOffline = row.Offline, wasPutBack = false;
        Help? by = help;
        // It is restarted once: a vault that could not note it then must do so before anything else. Whoever had helped is who settles it.
        if (_restarting.TryGetValue(row.Id, out Help? before))
        {
            by ??= before;
            NoteOffline(false);
            _restarting.TryRemove(row.Id, out _);
        }
        var writer = new PhoneWriter(phone, help?.Codes ?? UnlockCodes.None(), options, NoteOffline, time);
        Holding now = await writer.LookAsync(changes);
        // By itself it is tried a few times; when a person asks for it, once more.
        if (now == Holding.Torn && (row.PutBacks < options.MostPutBacks || help is not null))
        {
            vault.Journal.NotePutBack(row.Id);
            if (await writer.PutBackAsync(changes) is { } failed)
                LogNotPutBack(log, JournalNames.Full(row.Id), phone.Name, failed.Message);
            else
                (now, wasPutBack) = (Holding.Old, true);
        }

        // Whoever put the phone out of service did not bring it back; and what it was given back now may be in its memory only. After its restart
        // it comes here again.
        if ((isOffline || (wasPutBack && row.Entry.Restart)) && await writer.RestartAsync() is { Failure: null })
        {
            NoteOffline(false);
            return Faults.Restarting(row);
        }
        if (WriteVerdicts.Settle(row.State, now) is not { } outcome)
            return Faults.StaysOpen(row, phone.Name, now);
        Close(row, phone.Name, outcome, Faults.Settled(row, phone.Name, outcome, isOffline), by);
        return null;

        bool NoteOffline(bool offline)
        {
            // What the vault then fails to note is known at least here.
            if (!offline)
                _restarting[row.Id] = by;
            vault.Journal.NoteOffline(row.Id, offline);
            isOffline = offline;
            return true;
        }
    }

    /// <summary>Closes a row, by whoever helped, else by the agent itself.</summary>
    private void Close(JournalRow row, string phone, WriteOutcome outcome, (OperationError Error, string Advice) end, Help? help)
    {
        string why = help is null ? "" : $" Reason: {help.Reason}";
        vault.Audit.Append((help?.Caller ?? Caller.Agent).Did(
            "settle-restore", phone, outcome.ToString().ToLowerInvariant(), $"{JournalNames.Full(row.Id)}: {end.Advice}{why}", JournalNames.Full(row.Id)));
        vault.Journal.Close(row.Id, outcome, end.Error.Name(), end.Advice, help?.By ?? Caller.Agent.Name);
        LogSettled(log, JournalNames.Full(row.Id), phone, outcome);
    }

    /// <summary>
    /// Whether the row is of this phone. A name proves nothing by itself: it ends with four digits of a hash, and a phone that tells no
    /// serial number has its port's.
    /// </summary>
    private static bool IsOf(JournalEntry entry, Phone phone)
    {
        PhoneIdentity identity = phone.Last.Identity;
        return identity.IsSamePhoneAs(entry.Identity with { Model = "" })
            || (entry.Device == phone.Name && !identity.IsUnique && !entry.Identity.IsUnique);
    }

    /// <summary>Whether a phone that tells no serial number, or not yet, may be the row's, which had one.</summary>
    private static bool MayBeOf(JournalEntry entry, Phone phone) =>
        entry.Identity.IsUnique && (entry.Identity.Model.Length == 0 || phone.Last.Identity.Model.Length == 0 || entry.Identity.Model == phone.Last.Identity.Model);

    [LoggerMessage(2101, LogLevel.Warning, "The interrupted restore {Row} of {Phone} was settled: {Outcome}")]
    private static partial void LogSettled(ILogger log, string row, string phone, WriteOutcome outcome);

    [LoggerMessage(2102, LogLevel.Error, "The old values of {Row} could not be put back on {Phone}: {Why}")]
    private static partial void LogNotPutBack(ILogger log, string row, string phone, string why);

    [LoggerMessage(2103, LogLevel.Error, "An interrupted restore cannot be settled: the vault cannot be used")]
    private static partial void LogVault(ILogger log, Exception exception);
}
