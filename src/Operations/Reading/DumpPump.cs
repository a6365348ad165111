using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// Reads the items of a plan from a phone. Requests are sent ahead so that the session's window is always full; answers are taken in
/// order. An item that is never answered is noted as such and the read goes on.
/// </summary>
internal sealed class DumpPump(Phone phone, DumpPlan plan, ReadingShelf shelf, SnapshotBuilder content, TimeProvider time)
{
    /// <summary>After so many unanswered items in a row the phone counts as silent.</summary>
    private const int MostUnanswered = 5;

    /// <summary>Reads everything, and ends the shelf however it ends.</summary>
    /// <exception cref="OperationException">The phone went away or fell silent.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            foreach (byte slot in plan.Slots)
                await ReadAsync(slot, ct);
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            throw PhoneFailure.Explain(e, phone);
        }
        finally
        {
            shelf.End();
        }
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "Replies are kept while more requests are sent, and each is awaited exactly once.")]
    private async Task ReadAsync(byte slot, CancellationToken ct)
    {
        // Twice the window: while one answer is looked at, the session has the next request at hand.
        var ahead = new ValueTask<DiagReply<NvItem>>[Math.Min(phone.Window * 2, plan.Items.Length)];
        int sent = 0, taken = 0, unanswered = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            while (taken < plan.Items.Length)
            {
                for (; sent < plan.Items.Length && sent - taken < ahead.Length; sent++)
                    ahead[sent % ahead.Length] = phone.Session.SendReadAsync(slot, new NvItemId(plan.Items[sent]), stop.Token);

                var item = new NvItemId(plan.Items[taken]);
                ValueTask<DiagReply<NvItem>> next = ahead[taken % ahead.Length];
                taken++;
                NvReading reading;
                try
                {
                    DiagReply<NvItem> reply = await next;
                    if (NvTraffic.IsBusy(reply))
                        reply = await phone.Session.ReadAsync(slot, item, time, ct);
                    reading = NvReading.From(slot, item, reply);
                }
                catch (Exception e) when (e is NoReplyException or MalformedReplyException)
                {
                    reading = NvReading.Unanswered(slot, item);
                }

                unanswered = reading.Outcome == NvOutcome.NoReply ? unanswered + 1 : 0;
                if (unanswered == MostUnanswered)
                    throw Faults.NoReply(phone.Name);
                content.Add(reading);
                if (!shelf.Add(reading))
                    await shelf.RoomAsync().WaitAsync(ct);
            }
        }
        finally
        {
            await stop.CancelAsync();
            for (; taken < sent; taken++)
                await IgnoreAsync(ahead[taken % ahead.Length]);
        }
    }

    /// <summary>Awaits what was sent ahead and is no longer wanted: every reply is taken exactly once.</summary>
    private static async ValueTask IgnoreAsync(ValueTask<DiagReply<NvItem>> unwanted)
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
