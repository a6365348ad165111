using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Puts a phone's own IMEI back, in one slot or both, all or nothing. The order never changes: lease, checks, backup, intent on disk, bytes
/// sent, read back, restart, read once more, row closed. From the intent on a restore runs to its end, whoever stopped listening.
/// </summary>
public sealed partial class RestoreImei
{
    // A restore tells a few phases, each at most a few times, and one end: the channel is never full.
    private const int EventCapacity = 64;

    private const int LongestAudit = 2000;

    private readonly PhoneRegistry _phones;
    private readonly VaultFile _vault;
    private readonly Leases _leases;
    private readonly RestoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Identify _identify;
    private readonly RestoreReplay _replay;
    private readonly RestoreChecks _checks;
    private readonly IdentityBackup _backup;
    private readonly RunningRestores _running = new();

    /// <summary>Makes it, and closes what an earlier agent had opened and not yet sent.</summary>
    public RestoreImei(PhoneRegistry phones, VaultFile vault, Leases leases, TimeProvider time, ILogger<RestoreImei> log)
    {
        (_phones, _vault, _leases, _options, _time, _log) = (phones, vault, leases, phones.RestoreOptions, time, log);
        _identify = new Identify(time);
        _replay = new RestoreReplay(phones, vault, time);
        _checks = new RestoreChecks(phones, vault, time);
        _backup = new IdentityBackup(vault, time);
        phones.Recovery.CloseUnsent();
    }

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

    /// <summary>Whether a request is being carried out at this moment.</summary>
    internal bool IsRunning(string requestId) => _running.IsRunning(requestId);

    /// <summary>Begins nothing new, and lets nobody wait any longer for a phone that is away.</summary>
    public void BeginDrain() => _running.BeginDrain();

    /// <summary>The same, and completes when every restore under way has ended.</summary>
    public Task DrainAsync() => _running.DrainAsync();

    private async Task RunToEndAsync(RestoreRequest request, ChannelWriter<RestoreEvent> events, CancellationToken ct)
    {
        RestoreEnded? end = null;
        Exception? fault = null;
        try
        {
            using var trace = new RestoreTrace(request);
            try
            {
                end = await RestoreAsync(request, events, trace, ct);
                trace.Ended(end.Receipt, end.Failure);
            }
            catch (OperationCanceledException e)
            {
                trace.Refused(fault = e);
            }
            catch (OperationException e)
            {
                trace.Refused(fault = e);
                Audit(request, request.Device, "refused", $"{Slots(request)}: {e.Error.Name()}: {e.Message}");
            }
            catch (Exception e)
            {
                trace.Refused(fault = e);
                LogFault(_log, request.RequestId, e);
            }
            finally
            {
                // Until now its row, should it still be open, was under way.
                if (_vault.Attention.Now.OpenRows > 0)
                    _vault.Attention.LeftOpen();
            }
        }
        finally
        {
            // Whoever hears it finds its span ended too.
            if (end is not null)
                events.TryWrite(end);
            events.TryComplete(end is null ? fault : null);
        }
    }

    /// <summary>The procedure.</summary>
    private async Task<RestoreEnded> RestoreAsync(RestoreRequest request, ChannelWriter<RestoreEvent> events, RestoreTrace trace, CancellationToken ct)
    {
        DateTimeOffset started = _time.GetUtcNow();
        void Tell(RestorePhase phase, string detail)
        {
            trace.Reached(phase, detail);
            events.TryWrite(new RestoreProgress(phase, detail));
        }

        // What can be checked without the phone.
        UnlockCodes codes = RestoreChecks.Arguments(request);
        using RunningRestores.Ticket ticket = await _running.EnterAsync(request.RequestId, ct);
        if (await _replay.FindAsync(request, ct) is { } stored)
            return stored;
        IReadOnlyDictionary<int, ImeiLabel> labels = RestoreChecks.Labels(request);

        // What the phone, the vault and the policy say.
        Phone phone = await _phones.RequireAsync(request.Device, ct);
        trace.Of(phone);
        using WriteRight right = _leases.WriteRight(phone.Name, request.FencingToken, request.By);
        if (!request.ValidateOnly)
            right.Require();
        using WriteGate.Pass pass = phone.Gate.TryEnter(request.By, request.Reason, out WriteGate.Visit inside)
            ?? throw Faults.Busy(phone.Name, inside, _leases.HolderOf(phone.Name), _time.GetUtcNow());
        PhoneReading reading = await _identify.RunAsync(phone, ct);
        var toApprove = new List<OperationException>();
        IReadOnlyDictionary<int, RestoreSource> sources = _checks.Sources(request, labels, phone, reading, toApprove);
        using RunningRestores.NumberClaims claims = _running.Claim(sources.Values.Select(s => s.Imei), phone.Name);
        RestorePlan plan = _checks.Judge(request, phone, reading, sources, claims, toApprove);

        RestoreReceipt receipt = Receipt(request, phone, plan, started);
        if (plan.Written.Count == 0 || request.ValidateOnly)
        {
            trace.Last = RestorePhase.Checked;
            Tell(RestorePhase.Checked, $"{phone.Name}, {plan}");
            return End(plan.Written.Count == 0
                ? receipt with { Outcome = RestoreOutcome.Unchanged, Advice = "The phone holds this already; nothing was sent." }
                : receipt with { Outcome = RestoreOutcome.Validated, Advice = Sentences(["All checks passed; nothing was written.", .. plan.Notes]) });
        }
        var journal = RestoreJournal.Open(_vault, _log, request, phone.Name, reading.Identity, plan, trace.SpanId);
        Tell(RestorePhase.Checked, $"{phone.Name}, {plan}");

        // A backup, then the intent. Whatever fails up to here, nothing was sent.
        try
        {
            string backup = await _backup.RunAsync(phone, reading, plan.Written, ct);
            journal.BackedUp(backup);
            Tell(RestorePhase.BackedUp, $"The identity and RF items are kept in {SnapshotNames.Full(backup)}");
            // Once more who it is: behind a port that stays open the cable may have been moved.
            await _identify.RunAsync(phone, ct);
            ct.ThrowIfCancellationRequested();
            // From here until the write has ended nobody else gets the phone; whoever lost it up to here sends nothing.
            right.Take();
            journal.Intend();
        }
        catch (Exception e) when (e is OperationException or OperationCanceledException)
        {
            OperationException why = e as OperationException ?? Faults.CancelledInTime();
            if (journal.Close(RestoreOutcome.Refused, why, why.Message) is null)
                await phone.Session.DisposeAsync();
            throw;
        }
        Tell(RestorePhase.Intent, $"{journal.Name} is on disk");

        // The write, to its end. From here nothing is cancelled.
        var write = new RunningWrite(pass, new PhoneWriter(phone, codes, _options, journal.NoteOffline, _time), journal, plan.Changes, _options, _running.Draining, _time);
        JournalRow? closed = null;
        try
        {
            WriteEnd end = await write.RunAsync(request.Restart, Tell);
            trace.Of(write.Phone);
            trace.Resume();

            // The truth, on disk and to the caller.
            string advice = Sentences([end.Failure?.Message ?? "", .. end.Advice, .. end.Failure is null ? plan.Notes : []]);
            if (end.Outcome != RestoreOutcome.Unknown)
                closed = journal.Close(end.Outcome, end.Failure, advice);
            if (closed is not null)
            {
                await RefreshAsync(write.Phone);
                Tell(RestorePhase.Closed, $"{journal.Name} is closed");
                return End(RestoreReceipt.Of(closed), end.Failure);
            }
            if ((closed = journal.Read()) is { State: JournalState.Closed })
                return End(RestoreReceipt.Of(closed), end.Failure);
            JournalRow open = closed;
            closed = null;
            return End(RestoreReceipt.Of(open) with
            {
                Outcome = end.Outcome,
                Error = end.Failure?.Error ?? OperationError.None,
                Advice = end.Outcome == RestoreOutcome.Unknown ? advice : Sentences([advice, "The journal could not be written: keep this receipt."]),
            }, end.Failure);
        }
        finally
        {
            // What is not settled is settled before the phone is offered again, whatever happened here: it has to come back through the door.
            if (closed is null)
                await write.Phone.Session.DisposeAsync();
        }

        RestoreEnded End(RestoreReceipt done, OperationException? error = null)
        {
            if (done.Sha256.Length == 0)
                done = done with { EndedAt = _time.GetUtcNow() };
            Audit(request, phone.Name, done.Outcome.ToString().ToLowerInvariant(), $"{plan}; {done.Journal} {done.Advice}", done.Journal);
            LogEnded(_log, phone.Name, Slots(request), done.Outcome, done.Journal);
            return new RestoreEnded(done, error);
        }
    }

    private static RestoreReceipt Receipt(RestoreRequest request, Phone phone, RestorePlan plan, DateTimeOffset started) => new()
    {
        Device = phone.Name,
        Slots = [.. plan.Slots.Select(s => s.Receipt)],
        Outcome = RestoreOutcome.Refused,
        Reason = request.Reason,
        Evidence = request.Evidence,
        Operator = request.By.Name,
        ApprovedBy = plan.Approval?.ApprovedBy ?? "",
        ApprovalReason = plan.Approval?.Reason ?? "",
        RequestId = request.RequestId,
        TraceId = request.By.TraceId,
        StartedAt = started,
    };

    /// <summary>What is shown and known of the phone from now on; the outcome does not depend on it.</summary>
    private async Task RefreshAsync(Phone phone)
    {
        try
        {
            phone.Remember(await _identify.ReadSlotsAsync(phone.Session, CancellationToken.None));
            _phones.NoteNumbers(phone);
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            LogNotRefreshed(_log, phone.Name, e.Message);
        }
    }

    private void Audit(RestoreRequest request, string device, string outcome, string detail, string journal = "")
    {
        try
        {
            _vault.Audit.Append(request.By.Did("restore-imei", Line(device), outcome,
                Line($"{detail} Reason: {request.Reason}{(request.Evidence.Length > 0 ? $" Evidence: {request.Evidence}" : "")}"), journal));
        }
        catch (VaultUnavailableException e)
        {
            LogNotAudited(_log, request.RequestId, e);
        }
    }

    private static string Slots(RestoreRequest request) => $"slot {string.Join(" and ", request.Slots.Select(s => s.Slot))}";

    private static string Sentences(IEnumerable<string> parts) => string.Join(' ', parts.Where(p => p.Length > 0));

    /// <summary>A line of bounded length: what was refused for its wrong arguments is written down too.</summary>
    private static string Line(string text) =>
        string.Concat(FreeText.Masked(text[..Math.Min(text.Length, LongestAudit)]).Select(c => char.IsControl(c) ? ' ' : c));

    [LoggerMessage(2201, LogLevel.Information, "Restore of {Phone}, {Slots}: {Outcome} {Journal}")]
    private static partial void LogEnded(ILogger log, string phone, string slots, RestoreOutcome outcome, string journal);

    [LoggerMessage(2202, LogLevel.Error, "The restore {RequestId} failed by a fault of the agent")]
    private static partial void LogFault(ILogger log, string requestId, Exception exception);

    [LoggerMessage(2203, LogLevel.Error, "The restore {RequestId} could not be audited")]
    private static partial void LogNotAudited(ILogger log, string requestId, Exception exception);

    [LoggerMessage(2204, LogLevel.Information, "{Phone} could not be read after the restore: {Why}")]
    private static partial void LogNotRefreshed(ILogger log, string phone, string why);
}
