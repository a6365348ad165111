using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>The two ways to an item: the plain commands for SIM 1, the NV subsystem with a context for SIM 2.</summary>
internal static class NvTraffic
{
    /// <summary>How often an item is asked for in all while the phone says that its NV task is busy.</summary>
    public const int BusyAttempts = 5;

    /// <summary>How long to leave a busy NV task alone, times the number of the attempt.</summary>
    public static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>Sends the read of an item, one of thousands: not traced; the task ends with the phone's answer and its time.</summary>
    public static ValueTask<TimedReply<NvItem>> SendReadAsync(this DiagSession session, byte slot, NvItemId item, CancellationToken ct) =>
        slot == 1
            ? session.SendAsync<NvReadRequest, NvItem>(new NvReadRequest(item), ct)
            : session.SendAsync<NvSubscriptionReadRequest, NvItem>(new NvSubscriptionReadRequest(item, Context(slot)), ct);

    /// <summary>Sends the write of an item; never sent twice.</summary>
    public static ValueTask<DiagReply<NvItem>> SendWriteAsync(this DiagSession session, byte slot, NvItemId item, NvData data, CancellationToken ct) =>
        slot == 1
            ? session.SendAsync(new NvWriteRequest(item, data), ct)
            : session.SendAsync(new NvSubscriptionWriteRequest(item, Context(slot), data), ct);

    /// <summary>Reads an item, and asks again while the NV task is busy; each time it is asked is a span.</summary>
    public static async Task<DiagReply<NvItem>> ReadAsync(
        this DiagSession session, byte slot, NvItemId item, TimeProvider time, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            DiagReply<NvItem> reply = await (slot == 1
                ? session.SendAsync(new NvReadRequest(item), ct)
                : session.SendAsync(new NvSubscriptionReadRequest(item, Context(slot)), ct));
            if (!IsBusy(reply) || attempt == BusyAttempts)
                return reply;
            await Task.Delay(BusyDelay * attempt, time, ct);
        }
    }

    /// <summary>As <see cref="ReadAsync"/>, for one item of thousands: not traced.</summary>
    public static async Task<TimedReply<NvItem>> ReadOfManyAsync(
        this DiagSession session, byte slot, NvItemId item, TimeProvider time, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            TimedReply<NvItem> timed = await session.SendReadAsync(slot, item, ct);
            if (!IsBusy(timed.Reply) || attempt == BusyAttempts)
                return timed;
            await Task.Delay(BusyDelay * attempt, time, ct);
        }
    }

    /// <summary>Whether the phone asks to be asked again.</summary>
    public static bool IsBusy(in DiagReply<NvItem> reply) => reply.IsAnswer && reply.Answer.Status == NvStatus.Busy;

    private static ushort Context(byte slot) => (ushort)(slot - 1);
}
