using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>The phone was lost during a dump: it left, or it answers nothing any more.</summary>
/// <param name="first">Position of the first item that has no answer.</param>
/// <param name="end">Position after the last item that may have been under way.</param>
/// <param name="asked">Whether the first item surely was asked for.</param>
/// <param name="reason">What happened.</param>
internal sealed class PhoneLostException(int first, int end, bool asked, OperationException reason) : Exception(reason.Message, reason)
{
    public int First => first;

    public int End => end;

    public bool Asked => asked;

    public OperationException Reason => reason;
}

/// <summary>
/// Reads the items of a plan from a phone, from where the spool stands. Requests are sent ahead so that the session's window is always
/// full; answers are taken in order. An item that is never answered while others are is noted as such.
/// </summary>
internal sealed class DumpReader(DumpPlan plan, Spool spool, HarmfulItems harmful, DumpTrace trace, TimeProvider time)
{
    /// <summary>After so many unanswered items in a row the phone is asked for something it answered before.</summary>
    private const int MostUnanswered = 5;

    // Twice the window: while one answer is looked at, the session has the next request at hand.
    private const int Ahead = 2;
    private (byte Slot, NvItemId Item) _answered = (1, NvItemId.Meid);
    private readonly ValueTask<TimedReply<NvItem>>[] _replies = new ValueTask<TimedReply<NvItem>>[Ahead * SessionOptions.MaxWindow];

    /// <summary>Reads to the end of the plan.</summary>
    /// <exception cref="PhoneLostException">The phone left, or fell silent.</exception>
    /// <exception cref="OperationException">The vault failed.</exception>
    [SuppressMessage("Reliability", "CA2012", Justification = "Replies are kept while more requests are sent, and each is awaited exactly once.")]
    public async Task RunAsync(Phone phone, CancellationToken ct)
    {
        int taken = spool.Position, sent = taken, awaited = taken, unanswered = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            while (taken < plan.Total)
            {
                int reach = harmful.IsAlone(taken) ? taken + 1 : Math.Min(plan.Total, taken + Ahead * phone.Session.Window);
                for (; sent < reach; sent++)
                    _replies[sent % _replies.Length] = Send(phone, sent, stop.Token);

                (byte slot, NvItemId item) = plan[taken];
                awaited = taken + 1;
                NvReading reading;
                TimeSpan? took = null;
                try
                {
                    TimedReply<NvItem> timed = await _replies[taken % _replies.Length];
                    if (NvTraffic.IsBusy(timed.Reply))
                        timed = await phone.Session.ReadOfManyAsync(slot, item, time, ct);
                    bool isSkipped = harmful.IsSkipped(taken);
                    reading = isSkipped ? NvReading.LeftOut(slot, item) : NvReading.From(slot, item, timed.Reply);
                    took = isSkipped ? null : timed.Took;
                }
                catch (MalformedReplyException)
                {
                    reading = NvReading.Unanswered(slot, item);
                }
                catch (NoReplyException)
                {
                    taken++;
                    unanswered++;
                    if (unanswered == MostUnanswered || taken == plan.Total || harmful.IsAlone(taken - 1) || harmful.IsSkipped(taken))
                    {
                        await RequireAliveAsync(phone, ct);
                        AddUnanswered(taken - unanswered, unanswered, phone.Session.Window);
                        unanswered = 0;
                    }
                    continue;
                }
                taken++;

                // Items without an answer count only once something else was answered: else it was the phone that was gone.
                AddUnanswered(taken - 1 - unanswered, unanswered, phone.Session.Window);
                unanswered = 0;
                trace.Item(reading, took, phone.Session.Window);
                if (reading.Outcome == NvOutcome.Answered)
                    _answered = (slot, item);
                if (!spool.Add(reading))
                    await spool.RoomAsync(ct);
            }
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            int first = taken - unanswered;
            // What is asked for alone is under way alone, whatever was asked to see whether the phone still lives.
            int end = harmful.IsAlone(first) ? first + 1 : sent;
            throw new PhoneLostException(first, end, unanswered > 0 || e is not SessionException { Sent: Transmission.No }, PhoneFailure.Explain(e, phone));
        }
        finally
        {
            await stop.CancelAsync();
            for (; awaited < sent; awaited++)
                await IgnoreAsync(_replies[awaited % _replies.Length]);
        }
    }

    private ValueTask<TimedReply<NvItem>> Send(Phone phone, int position, CancellationToken ct)
    {
        if (harmful.IsSkipped(position))
            return default;
        (byte slot, NvItemId item) = plan[position];
        return phone.Session.SendReadAsync(slot, item, ct);
    }

    /// <summary>Asks for an item that the phone answered before.</summary>
    /// <exception cref="NoReplyException">It does not answer that either.</exception>
    private async ValueTask RequireAliveAsync(Phone phone, CancellationToken ct) =>
        await phone.Session.SendReadAsync(_answered.Slot, _answered.Item, ct);

    private void AddUnanswered(int first, int count, int window)
    {
        for (int position = first; position < first + count; position++)
        {
            NvReading reading = NvReading.Unanswered(plan[position].Slot, plan[position].Item);
            trace.Item(reading, null, window);
            spool.Add(reading);
        }
    }

    /// <summary>Awaits what was sent ahead and is no longer wanted: every reply is taken exactly once.</summary>
    private static async ValueTask IgnoreAsync(ValueTask<TimedReply<NvItem>> unwanted)
    {
        try
        {
            await unwanted;
        }
        catch (Exception e) when (e is OperationCanceledException || PhoneFailure.Is(e))
        {
            // Nobody waits for it.
        }
    }
}
