using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Puts a phone's own IMEI back. The order never changes: checks, backup, journal row on disk, bytes sent, read back, row closed.
/// From the journal row on a restore runs to its end, whoever stopped listening.
/// </summary>
public sealed partial class RestoreImei(PhoneRegistry phones, VaultFile vault, TimeProvider time, ILogger<RestoreImei> log)
{
    // A restore tells six phases and one end: the channel is never full.
    private const int EventCapacity = 16;

    private const int LongestAudit = 2000;

    private readonly Identify _identify = new(time);
    private readonly RestoreChecks _checks = new(phones, vault, new Identify(time));
    private readonly IdentityBackup _backup = new(vault, time);
    private readonly RunningRestores _running = new();

    /// <summary>
    /// Restores, and tells each phase. Cancelling before <see cref="RestorePhase.Intent"/> ends it; after, it is ignored. Whoever
    /// stops enumerating stops nothing.
    /// </summary>
    /// <exception cref="OperationException">It was refused before anything was sent.</exception>
    public async IAsyncEnumerable<RestoreEvent> RunAsync(RestoreRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        var events = Channel.CreateBounded<RestoreEvent>(EventCapacity);
        _running.Start(() => RunToEndAsync(request, events.Writer, ct));
        await foreach (RestoreEvent told in events.Reader.ReadAllAsync(CancellationToken.None))
            yield return told;
    }

    /// <summary>Begins nothing new, and completes when every restore under way has ended.</summary>
    public Task DrainAsync() => _running.DrainAsync();

    private async Task RunToEndAsync(RestoreRequest request, ChannelWriter<RestoreEvent> events, CancellationToken ct)
    {
        try
        {
            events.TryWrite(await RestoreAsync(request, events, ct));
            events.TryComplete();
        }
        catch (OperationCanceledException e)
        {
            events.TryComplete(e);
        }
        catch (OperationException e)
        {
            Audit(request, request.Device, "refused", $"slot {request.Slot}: {e.Error.Name()}: {e.Message}");
            events.TryComplete(e);
        }
        catch (Exception e)
        {
            LogFault(log, request.RequestId, e);
            events.TryComplete(e);
        }
    }

    /// <summary>The procedure.</summary>
    private async Task<RestoreEnded> RestoreAsync(RestoreRequest request, ChannelWriter<RestoreEvent> events, CancellationToken ct)
    {
        DateTimeOffset started = time.GetUtcNow();
        void Tell(RestorePhase phase, string detail) => events.TryWrite(new RestoreProgress(phase, detail));

        // What can be checked without the phone.
        Spc? spc = RestoreChecks.Arguments(request);
        using RunningRestores.Ticket ticket = await _running.EnterAsync(request.RequestId, ct);
        if (await _checks.ReplayAsync(request, ct) is { } stored)
            return stored;
        ImeiLabel? label = RestoreChecks.Label(request);

        // What the phone and the vault say.
        Phone phone = await phones.RequireAsync(request.Device, ct);
        using WriteGate.Pass pass = phone.Gate.TryEnter() ?? throw Faults.Busy(phone.Name);
        PhoneReading reading = await _identify.RunAsync(phone, ct);
        await _checks.SettleAsync(phone, reading.Identity, ct);
        SlotReading slot = reading.Slot(request.Slot);
        RestoreSource source = _checks.Source(request, label, phone.Name, reading.Identity);
        using RunningRestores.NumberClaim claim = _running.Claim(source.Imei, phone.Name);
        RestoreRuling ruling = _checks.Judge(phone, reading, slot, source.Imei, claim.HeldBy);
        if (request.Etag.Length > 0 && request.Etag != slot.Etag)
            throw Faults.EtagMismatch(phone.Name, request.Slot);
        Tell(RestorePhase.Checked, $"{phone.Name}, slot {slot.Slot}: {Word(slot.Content.State)}, to be {source.Imei}");

        RestoreReceipt receipt = Receipt(request, phone, slot, source, started);
        if (ruling == RestoreRuling.AlreadyThere)
            return End(receipt with { Outcome = RestoreOutcome.Unchanged, Advice = "The slot holds this number already; nothing was sent." });
        if (request.ValidateOnly)
            return End(receipt with { Outcome = RestoreOutcome.Validated, Advice = "All checks passed; nothing was written." });

        // A backup, then the journal row. Whatever fails up to here, nothing was sent.
        string backup = await _backup.RunAsync(phone, reading, slot, ct);
        Tell(RestorePhase.BackedUp, $"The identity items are kept in {SnapshotNames.Full(backup)}");
        SlotContent old = SlotContent.Of(slot.Content.Reply) ?? throw new InvalidOperationException("The policy let an unreadable slot pass.");
        var wanted = new SlotContent(true, source.Imei.Pack());
        ct.ThrowIfCancellationRequested();
        var journal = RestoreJournal.Open(vault, log, request, phone.Name, reading.Identity, old, wanted, source, backup);
        Tell(RestorePhase.Intent, $"journal/{journal.Id} is on disk");

        // The write. From here nothing is cancelled.
        var writer = new SlotWriter(phone, slot.Slot, time);
        WriteResult write = await writer.WriteAsync(wanted.Data, spc);
        journal.Advance(JournalState.Sent);
        Tell(RestorePhase.Sent, write.Refusal is null ? $"The phone answered: {Word(write.Answer)}" : write.Refusal.Message);

        // What the phone says is not what it holds: read back.
        var now = SlotContent.Compare(await writer.ReadBackAsync(wanted), old, wanted);
        journal.Advance(JournalState.ReadBack);
        Tell(RestorePhase.ReadBack, $"The slot holds {Word(now)}");
        WriteVerdict verdict = WriteVerdicts.Judge(write.Answer, now);
        bool putBack = verdict == WriteVerdict.PutBack && await writer.PutBackAsync(old);

        // The truth, on disk and to the caller.
        OperationException? failure = verdict switch
        {
            WriteVerdict.Applied => null,
            WriteVerdict.Refused => write.Refusal,
            WriteVerdict.NotStored => Faults.NotStored(phone.Name, slot.Slot, write.Answer),
            WriteVerdict.PutBack when putBack => Faults.PutBack(phone.Name, slot.Slot, old.IsActive),
            _ => Faults.UnknownOutcome(phone.Name, slot.Slot, source.Imei, now),
        };
        RestoreOutcome outcome = verdict switch
        {
            WriteVerdict.Applied => RestoreOutcome.Applied,
            WriteVerdict.Refused => RestoreOutcome.Refused,
            WriteVerdict.NotStored => RestoreOutcome.RolledBack,
            WriteVerdict.PutBack when putBack => RestoreOutcome.RolledBack,
            _ => RestoreOutcome.Unknown,
        };
        string advice = failure?.Message ?? Advice(write.Answer, source);
        RestoreReceipt ended = journal.Close(outcome, failure, advice) ?? receipt with
        {
            Journal = $"journal/{journal.Id}",
            Outcome = outcome,
            BackupSnapshot = SnapshotNames.Full(backup),
            Error = failure?.Error ?? OperationError.None,
            Advice = $"{advice} The journal could not be written: keep this receipt.",
        };
        await RefreshAsync(phone);
        Tell(RestorePhase.Closed, $"{ended.Journal} is closed");
        return End(ended, failure);

        RestoreEnded End(RestoreReceipt done, OperationException? error = null)
        {
            done = done with { EndedAt = time.GetUtcNow() };
            Audit(request, phone.Name, Word(done.Outcome), $"slot {done.Slot}: {done.OldState} {done.OldImei} to {done.NewImei}; {done.Journal} {done.Advice}");
            LogEnded(log, phone.Name, done.Slot, done.Outcome, done.Journal);
            return new RestoreEnded(done, error);
        }
    }

    private static RestoreReceipt Receipt(RestoreRequest request, Phone phone, SlotReading slot, RestoreSource source, DateTimeOffset started) => new()
    {
        Device = phone.Name,
        Slot = slot.Slot,
        Outcome = RestoreOutcome.Refused,
        OldState = slot.Content.State,
        OldImei = slot.Content.Imei,
        NewImei = source.Imei,
        CheckDigitComputed = source.CheckDigitComputed,
        SourceSnapshot = SnapshotNames.Full(source.Snapshot),
        Reason = request.Reason,
        Operator = request.Operator,
        RequestId = request.RequestId,
        StartedAt = started,
    };

    private static string Advice(WriteAnswer answer, RestoreSource source) =>
        (answer == WriteAnswer.NotAnswered ? "The phone did not acknowledge the write, but holds the new value: it was read back. " : "")
        + (source.CheckDigitComputed ? "The check digit was computed: compare it with the label. " : "")
        + "Restart the phone and identify it once more: some firmware puts an old value back when it starts.";

    /// <summary>What is shown of the phone from now on; the outcome does not depend on it.</summary>
    private async Task RefreshAsync(Phone phone)
    {
        try
        {
            phone.Remember(await _identify.ReadSlotsAsync(phone.Session, CancellationToken.None));
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            LogNotRefreshed(log, phone.Name, e.Message);
        }
    }

    private void Audit(RestoreRequest request, string device, string outcome, string detail)
    {
        try
        {
            vault.Audit.Append(new AuditEntry(request.Operator, "restore-imei", Line(device), outcome, Line($"{detail} Reason: {request.Reason}")));
        }
        catch (VaultUnavailableException e)
        {
            LogNotAudited(log, request.RequestId, e);
        }
    }

    /// <summary>A line of bounded length: what was refused for its wrong arguments is written down too.</summary>
    private static string Line(string text) =>
        string.Concat(text.AsSpan(0, Math.Min(text.Length, LongestAudit)).ToString().Select(c => char.IsControl(c) ? ' ' : c));

    private static string Word<T>(T value) where T : struct, Enum => value switch
    {
        SlotNow.New => "the new value",
        SlotNow.Old => "the old value",
        SlotNow.Other => "something else",
        SlotNow.Intact => "another valid number",
        SlotNow.Unreadable => "what could not be read",
        WriteAnswer.NotAnswered => "nothing",
        _ => value.ToString().ToLowerInvariant(),
    };

    [LoggerMessage(2201, LogLevel.Information, "Restore of {Phone}, slot {Slot}: {Outcome} {Journal}")]
    private static partial void LogEnded(ILogger log, string phone, int slot, RestoreOutcome outcome, string journal);

    [LoggerMessage(2202, LogLevel.Error, "The restore {RequestId} failed by a fault of the agent")]
    private static partial void LogFault(ILogger log, string requestId, Exception exception);

    [LoggerMessage(2203, LogLevel.Error, "The restore {RequestId} could not be audited")]
    private static partial void LogNotAudited(ILogger log, string requestId, Exception exception);

    [LoggerMessage(2204, LogLevel.Information, "{Phone} could not be read after the restore: {Why}")]
    private static partial void LogNotRefreshed(ILogger log, string phone, string why);
}
