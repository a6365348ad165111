using ImeiAgent.Diag.Identity;
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

/// <summary>
/// The phone's side of a restore: writes item 550 of one slot and reads it back. Nothing here is cancelled: it is called between the
/// opening and the closing of a journal row.
/// </summary>
internal sealed class SlotWriter(Phone phone, byte slot, TimeProvider time)
{
    /// <summary>How long a read-back is tried. Some phones are silent for about 10 s after a wrong SPC.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Writes. When the phone answers that service programming is locked, the code is sent, once, and the item written again: a
    /// refused write was not carried out, so this repeats nothing.
    /// </summary>
    public async Task<WriteResult> WriteAsync(NvData data, Spc? spc)
    {
        (WriteResult result, bool locked) = await WriteOnceAsync(data);
        if (!locked || spc is not { } code)
            return result;
        WriteResult unlock = await UnlockAsync(code);
        return unlock.Answer == WriteAnswer.Accepted ? (await WriteOnceAsync(data)).Result : unlock;
    }

    /// <summary>
    /// Reads the slot; null when it cannot be read, also after patience. Anything but what is expected is believed when it was read
    /// twice: the reply to an earlier read, coming very late, tells what the slot held then.
    /// </summary>
    public async Task<SlotContent?> ReadBackAsync(SlotContent expected)
    {
        long start = time.GetTimestamp();
        SlotContent? before = null;
        while (true)
        {
            try
            {
                if (SlotContent.Of(await phone.Session.ReadAsync(slot, NvItemId.Imei, time, CancellationToken.None)) is { } content)
                {
                    if (content.Holds(expected) || (before is { } same && content.Holds(same)))
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
            if (time.GetElapsedTime(start) >= s_patience)
                return null;
            await Task.Delay(s_pause, time, CancellationToken.None);
        }
    }

    /// <summary>Puts the old content back; true when it was read back. An item cannot be made inactive again: zeros stand for that.</summary>
    public async Task<bool> PutBackAsync(SlotContent old)
    {
        await WriteOnceAsync(old.Data);
        SlotContent expected = old with { IsActive = true };
        return await ReadBackAsync(expected) is { } now && now.Holds(expected);
    }

    private async Task<WriteResult> UnlockAsync(Spc code)
    {
        try
        {
            DiagReply<UnlockVerdict> reply = await phone.Session.SendAsync(new SpcRequest(code), CancellationToken.None);
            return reply is { IsAnswer: true, Answer: UnlockVerdict.Accepted }
                ? new WriteResult(WriteAnswer.Accepted, null)
                : WriteResult.Refused(Faults.SpcRefused(phone.Name));
        }
        catch (NoReplyException)
        {
            // The item was refused before: whatever became of the code, nothing was written.
            return WriteResult.Refused(Faults.SpcRefused(phone.Name));
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            return WriteResult.Refused(PhoneFailure.Explain(e, phone));
        }
    }

    private async Task<(WriteResult Result, bool Locked)> WriteOnceAsync(NvData data)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                DiagReply<NvItem> reply = await phone.Session.SendWriteAsync(slot, NvItemId.Imei, data, CancellationToken.None);
                if (!NvTraffic.IsBusy(reply) || attempt == NvTraffic.BusyAttempts)
                    return (Read(reply), reply.Refusal == RefusalCode.BadSpcMode);
            }
            catch (SessionException e)
            {
                return (e.Sent == Transmission.No
                    ? new WriteResult(WriteAnswer.NotSent, PhoneFailure.Explain(e, phone))
                    : new WriteResult(WriteAnswer.NotAnswered, null), false);
            }
            catch (MalformedReplyException)
            {
                return (new WriteResult(WriteAnswer.NotAnswered, null), false);
            }
            // "Busy" is an answer: the NV task did not take the write, so it may be asked again.
            await Task.Delay(NvTraffic.BusyDelay * attempt, time, CancellationToken.None);
        }
    }

    /// <summary>What the phone's answer to a write means.</summary>
    private WriteResult Read(DiagReply<NvItem> reply) => reply switch
    {
        { IsAnswer: true, Answer.Status: NvStatus.Done } => new WriteResult(WriteAnswer.Accepted, null),
        { IsAnswer: true, Answer.Status: NvStatus.ReadOnly } => WriteResult.Refused(Faults.ReadOnly(phone.Name, slot)),
        { Refusal: RefusalCode.BadSpcMode } => WriteResult.Refused(Faults.SpcRequired(phone.Name)),
        { Refusal: RefusalCode.BadCommand } => WriteResult.Refused(Faults.SlotUnreachable(phone.Name, slot, PhoneWords.Of(reply))),
        { Refusal: RefusalCode.BadSecurityMode } => WriteResult.Refused(Faults.PhoneRefused(phone.Name, PhoneWords.Of(reply),
            " It wants its 16-digit security password first, which this version does not send. Ask the maker's service.")),
        { Refusal: RefusalCode.BadMode } => WriteResult.Refused(Faults.PhoneRefused(phone.Name, PhoneWords.Of(reply),
            " It does not allow the write in its present mode. Take the SIM out, switch on aeroplane mode and try again.")),
        _ => WriteResult.Refused(Faults.PhoneRefused(phone.Name, PhoneWords.Of(reply), " It did not take the write.")),
    };
}
