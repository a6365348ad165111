using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Diag.Nv;

/// <summary>How a phone answered the read of an item.</summary>
public enum NvOutcome : byte
{
    /// <summary>The NV task answered; the code is an <see cref="NvStatus"/>.</summary>
    Answered = 1,
    /// <summary>The phone refused the request; the code is a <see cref="RefusalCode"/>.</summary>
    Refused = 2,
    /// <summary>No reply came, however often it was asked; the code is 0.</summary>
    NoReply = 3,
    /// <summary>It was not asked for, because phones of the model do not survive it; the code is 0.</summary>
    Skipped = 4,
}

/// <summary>What is known of one item of one SIM slot after it was read: the unit of dumps and snapshots.</summary>
/// <param name="Slot">SIM slot, counted from 1: slot 1 is NV context 0.</param>
/// <param name="Item">The item.</param>
/// <param name="Outcome">How the phone answered.</param>
/// <param name="Code">NV status or refusal code, as <paramref name="Outcome"/> says.</param>
/// <param name="Data">The 128 data bytes when active, else zeros.</param>
public readonly record struct NvReading(byte Slot, NvItemId Item, NvOutcome Outcome, ushort Code, NvData Data)
{
    /// <summary>The reading that a reply gives; data of anything but NV_DONE is dropped, it means nothing.</summary>
    public static NvReading From(byte slot, NvItemId item, DiagReply<NvItem> reply)
    {
        if (reply.Refusal is { } refusal)
            return new NvReading(slot, item, NvOutcome.Refused, (ushort)refusal, default);
        NvItem answer = reply.Answer;
        return new NvReading(slot, item, NvOutcome.Answered, (ushort)answer.Status,
            answer.Status == NvStatus.Done ? answer.Data : default);
    }

    /// <summary>The reading of an item that was never answered.</summary>
    public static NvReading Unanswered(byte slot, NvItemId item) => new(slot, item, NvOutcome.NoReply, 0, default);

    /// <summary>The reading of an item that was left out on purpose.</summary>
    public static NvReading LeftOut(byte slot, NvItemId item) => new(slot, item, NvOutcome.Skipped, 0, default);

    /// <summary>The item holds data.</summary>
    public bool IsActive => Outcome == NvOutcome.Answered && Code == (ushort)NvStatus.Done;

    /// <summary>Nothing is there: not active, bad parameter, not defined, or refused as such.</summary>
    public bool IsAbsent => Outcome switch
    {
        NvOutcome.Answered => (NvStatus)Code is NvStatus.NotActive or NvStatus.BadParameter or NvStatus.BadTarget,
        NvOutcome.Refused => (RefusalCode)Code is RefusalCode.BadParameter or RefusalCode.BadCommand or RefusalCode.BadLength,
        _ => false,
    };

    /// <summary>It was left out on purpose.</summary>
    public bool IsSkipped => Outcome == NvOutcome.Skipped;

    /// <summary>Nothing is known though it was asked for: busy, failed, locked, never answered.</summary>
    public bool IsFailed => !IsActive && !IsAbsent && !IsSkipped;
}
