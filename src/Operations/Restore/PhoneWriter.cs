using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>How a write went.</summary>
/// <param name="Answer">How the phone took it.</param>
/// <param name="Refusal">The error when it was refused or not sent; else null.</param>
internal readonly record struct WriteResult(WriteAnswer Answer, OperationException? Refusal)
{
    public static WriteResult Refused(OperationException error) => new(WriteAnswer.Refused, error);
}

/// <summary>How a restart went.</summary>
/// <param name="Failure">Why the phone was not seen to restart; null when it was.</param>
/// <param name="IsSent">The phone was told to, and did not refuse.</param>
/// <param name="IsGone">It is not at its port any more, for whatever reason.</param>
/// <param name="IsConfirmed">It answered that it restarts. Many phones do not; then a cable that is pulled at that moment looks the same.</param>
internal readonly record struct RestartResult(OperationException? Failure, bool IsSent, bool IsGone, bool IsConfirmed = false);

/// <summary>
/// The phone's side of a restore: writes item 550 of its slots, unlocks what the phone wants unlocked, and reads back. Nothing here is
/// cancelled: it is called between the opening and the closing of a journal row.
/// </summary>
/// <param name="phone">The phone; replaced when it comes back in another conversation.</param>
/// <param name="codes">What the operator gave.</param>
/// <param name="options">Patience.</param>
/// <param name="noteOffline">Told before the phone is put into offline mode (false when it must not be), and when it restarts into service.</param>
/// <param name="time">The clock.</param>
internal sealed class PhoneWriter(Phone phone, UnlockCodes codes, RestoreOptions options, Func<bool, bool> noteOffline, TimeProvider time)
{
    /// <summary>The phone as it is reached now.</summary>
    public Phone Phone { get; set; } = phone;

    /// <summary>What was found in each slot when they were last looked at, for a person: without a digit of what it is.</summary>
    public string Found { get; private set; } = "not looked at";

    /// <summary>Whether the phone was put into offline mode and not restarted since.</summary>
    public bool IsOffline { get; private set; }

    /// <summary>
    /// Writes the slots, each once, in order; ends at the first that is refused. A slot whose answer was lost is read before the next is
    /// written.
    /// </summary>
    public async Task<WriteResult> WriteAsync(IReadOnlyList<SlotChange> changes)
    {
        bool sent = false, answered = true;
        foreach (SlotChange change in changes)
        {
            WriteResult result = await WriteSlotAsync(change.Slot, change.Wanted.Data);
            if (result.Answer is WriteAnswer.Refused or WriteAnswer.NotSent)
                return sent ? result with { Answer = WriteAnswer.Partly } : result;
            sent = true;
            if (result.Answer != WriteAnswer.NotAnswered)
                continue;
            answered = false;
            bool isLast = ReferenceEquals(change, changes[^1]);
            if (!isLast && change.Compare(await ReadSlotAsync(change)) != SlotNow.New)
                break;
        }
        return new WriteResult(answered ? WriteAnswer.Accepted : WriteAnswer.NotAnswered, null);
    }

    /// <summary>What the slots hold now; also after patience with a phone that is silent.</summary>
    /// <param name="changes">The slots.</param>
    /// <param name="twice">Believe the new value, too, only when it was read twice: an answer from before may still be on its way.</param>
    public async Task<Holding> LookAsync(IReadOnlyList<SlotChange> changes, bool twice = false)
    {
        var found = new List<SlotNow>(changes.Count);
        var words = new List<string>(changes.Count);
        foreach (SlotChange change in changes)
        {
            SlotContent? now = await ReadSlotAsync(change, twice);
            found.Add(change.Compare(now));
            words.Add(change.Describe(now));
        }
        Found = string.Join("; ", words);
        return WriteVerdicts.Combine(found);
    }

    /// <summary>Puts the old content of all slots back; null when it was read back, else why it is not there.</summary>
    public async Task<OperationException?> PutBackAsync(IReadOnlyList<SlotChange> changes)
    {
        OperationException? refusal = null;
        foreach (SlotChange change in changes)
            if (change.Compare(await ReadSlotAsync(change)) is SlotNow.New or SlotNow.Other)
                refusal = (await WriteSlotAsync(change.Slot, change.Old.Data)).Refusal ?? refusal;
        return await LookAsync(changes) == Holding.Old ? null : refusal ?? Faults.NotPutBack(Phone.Name);
    }

    /// <summary>
    /// Restarts the phone, and returns when it left its port or its patience is over. It goes offline first only where the phone demands it.
    /// </summary>
    public async Task<RestartResult> RestartAsync()
    {
        (bool confirmed, RefusalCode? refusal, OperationException? error) = await ControlAsync(OperatingMode.Reset);
        if (refusal == RefusalCode.BadMode && await GoOfflineAsync())
            (confirmed, _, error) = await ControlAsync(OperatingMode.Reset);
        Task<SessionBreak> left = Phone.Session.Broken;
        if (error is null)
            await Task.WhenAny(left, Task.Delay(options.RestartPatience, time, CancellationToken.None));
        if (!left.IsCompleted)
            return new RestartResult(error ?? Faults.NotRestarted(Phone.Name), IsSent: error is null, IsGone: false);
        if (error is not null)
            return new RestartResult(error, IsSent: false, IsGone: true);
        if (IsOffline)
            noteOffline(false);
        IsOffline = false;
        return new RestartResult(null, IsSent: true, IsGone: true, confirmed);
    }

    /// <summary>
    /// Reads a slot; null when it cannot be read, also after patience. Anything but the new value is believed when it was read twice: the
    /// reply to an earlier read, coming very late, tells what the slot held then.
    /// </summary>
    private async Task<SlotContent?> ReadSlotAsync(SlotChange change, bool twice = false)
    {
        long start = time.GetTimestamp();
        SlotContent? before = null;
        while (true)
        {
            try
            {
                if (SlotContent.Of(await Phone.Session.ReadAsync(change.Slot, NvItemId.Imei, time, CancellationToken.None)) is { } content)
                {
                    if ((!twice && content.Holds(change.Wanted)) || (before is { } same && content.Holds(same)))
                        return content;
                    before = content;
                }
            }
            catch (SessionBrokenException)
            {
                return null;
            }
            catch (Exception e) when (PhoneFailure.Is(e))
            {
                // Silent or garbled: try again while there is patience.
            }
            if (time.GetElapsedTime(start) >= options.ReadPatience)
                return null;
            await Task.Delay(options.ReadPause, time, CancellationToken.None);
        }
    }

    /// <summary>
    /// Writes a slot. When the phone answers that it wants a code or another mode first, it gets that, once, and the item is written again:
    /// a refused write was not carried out, so this repeats nothing.
    /// </summary>
    private async Task<WriteResult> WriteSlotAsync(byte slot, NvData data)
    {
        while (true)
        {
            (WriteResult result, RefusalCode? lockedBy) = await SendAsync(slot, data);
            OperationException? stillLocked = lockedBy switch
            {
                RefusalCode.BadSpcMode => await SendSpcAsync(result.Refusal!),
                RefusalCode.BadSecurityMode => await SendPasswordAsync(result.Refusal!),
                RefusalCode.BadMode => await GoOfflineAsync() ? null : result.Refusal,
                _ => result.Refusal,
            };
            if (lockedBy is null || stillLocked is not null)
                return stillLocked is null ? result : result with { Refusal = stillLocked };
        }
    }

    private async Task<(WriteResult Result, RefusalCode? LockedBy)> SendAsync(byte slot, NvData data)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                DiagReply<NvItem> reply = await Phone.Session.SendWriteAsync(slot, NvItemId.Imei, data, CancellationToken.None);
                if (!NvTraffic.IsBusy(reply) || attempt == NvTraffic.BusyAttempts)
                    return (Read(slot, reply), reply.Refusal is RefusalCode.BadSpcMode or RefusalCode.BadSecurityMode or RefusalCode.BadMode ? reply.Refusal : null);
            }
            catch (SessionException e)
            {
                return (e.Sent == Transmission.No
                    ? new WriteResult(WriteAnswer.NotSent, PhoneFailure.Explain(e, Phone))
                    : new WriteResult(WriteAnswer.NotAnswered, null), null);
            }
            catch (MalformedReplyException)
            {
                return (new WriteResult(WriteAnswer.NotAnswered, null), null);
            }
            // "Busy" is an answer: the NV task did not take the write, so it may be asked again.
            await Task.Delay(NvTraffic.BusyDelay * attempt, time, CancellationToken.None);
        }
    }

    /// <summary>What the phone's answer to a write means.</summary>
    private WriteResult Read(byte slot, DiagReply<NvItem> reply) => reply switch
    {
        { IsAnswer: true, Answer.Status: NvStatus.Done } => new WriteResult(WriteAnswer.Accepted, null),
        { IsAnswer: true, Answer.Status: NvStatus.ReadOnly } => WriteResult.Refused(Faults.ReadOnly(Phone.Name, slot)),
        { Refusal: RefusalCode.BadSpcMode } => WriteResult.Refused(Faults.SpcRequired(Phone.Name)),
        { Refusal: RefusalCode.BadSecurityMode } => WriteResult.Refused(Faults.PasswordRequired(Phone.Name)),
        { Refusal: RefusalCode.BadCommand } => WriteResult.Refused(Faults.SlotUnreachable(Phone.Name, slot, PhoneWords.Of(reply))),
        { Refusal: RefusalCode.BadMode } => WriteResult.Refused(Faults.PhoneRefused(Phone.Name, PhoneWords.Of(reply),
            " It does not allow the write in its present mode. Take the SIM out, switch on aeroplane mode and try again.")),
        _ => WriteResult.Refused(Faults.PhoneRefused(Phone.Name, PhoneWords.Of(reply), " It did not take the write. Restart the phone and ask again with a new request_id.")),
    };

    private Task<OperationException?> SendSpcAsync(OperationException wanted) =>
        codes.TakeSpc() is { } code ? UnlockAsync(new SpcRequest(code), Faults.SpcRefused) : Task.FromResult<OperationException?>(wanted);

    private Task<OperationException?> SendPasswordAsync(OperationException wanted) =>
        codes.TakePassword() is { } password ? UnlockAsync(new PasswordRequest(password), Faults.PasswordRefused) : Task.FromResult<OperationException?>(wanted);

    /// <summary>Sends a code; null when it was accepted. The write was refused before: whatever becomes of the code, nothing was written.</summary>
    private async Task<OperationException?> UnlockAsync(IDiagRequest<UnlockVerdict> request, Func<string, bool, OperationException> refused)
    {
        try
        {
            return await Phone.Session.SendAsync(request, CancellationToken.None) is { IsAnswer: true, Answer: UnlockVerdict.Accepted } ? null : refused(Phone.Name, false);
        }
        catch (NoReplyException)
        {
            return refused(Phone.Name, true);
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            return PhoneFailure.Explain(e, Phone);
        }
    }

    /// <summary>Puts the phone into offline mode, once; whether it is there. It then needs a restart, whatever becomes of the write.</summary>
    private async Task<bool> GoOfflineAsync()
    {
        if (IsOffline || !noteOffline(true))
            return false;
        (_, _, OperationException? error) = await ControlAsync(OperatingMode.OfflineDigital);
        // Also when it was refused the journal may go on saying so: a restart too many does no harm.
        return IsOffline = error is null;
    }

    /// <summary>Asks for a mode; no error when the phone obeys, or may: the reply to a reset often never comes.</summary>
    private async Task<(bool Confirmed, RefusalCode? Refusal, OperationException? Error)> ControlAsync(OperatingMode mode)
    {
        try
        {
            DiagReply<OperatingMode> reply = await Phone.Session.SendAsync(new ControlRequest(mode), CancellationToken.None);
            return reply.Refusal is { } refusal ? (false, refusal, Faults.PhoneRefused(Phone.Name, refusal.Name(), $" It did not change its mode ({mode}).")) : (true, null, null);
        }
        catch (SessionException e) when (e.Sent == Transmission.No)
        {
            return (false, null, PhoneFailure.Explain(e, Phone));
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            return (false, null, null);
        }
    }
}
