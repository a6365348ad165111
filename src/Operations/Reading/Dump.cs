using System.Runtime.CompilerServices;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Reads ranges of NV items, of both SIMs if asked, and keeps them as a snapshot if asked.</summary>
public sealed class Dump(PhoneRegistry phones, VaultFile vault, TimeProvider time)
{
    private static readonly TimeSpan s_longestBatch = TimeSpan.FromMilliseconds(100);

    private readonly Identify _identify = new(time);

    /// <summary>Reads, and tells what was read. Not enumerating on makes the phone wait; ending the enumeration ends the read.</summary>
    /// <exception cref="OperationException">The phone is not there, went away, or fell silent.</exception>
    public async IAsyncEnumerable<DumpEvent> RunAsync(DumpRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        // What will be read.
        var plan = DumpPlan.Of(request);
        Phone phone = await phones.RequireAsync(request.Device, ct);
        (plan, string[] notes) = await LeaveOutUnreachableAsync(phone, plan, request.SkipUnreachableSlots, ct);
        yield return new DumpHeader(phone.View(), plan.Total, notes);

        // The phone is read by one task, told by this one.
        var shelf = new ReadingShelf(request.SkipAbsent, request.OmitItems, time);
        var content = new SnapshotBuilder();
        var meter = new DumpMeter(plan.Total, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pump = Task.Run(() => new DumpPump(phone, plan, shelf, content, time).RunAsync(stop.Token), CancellationToken.None);
        try
        {
            long sequence = 0;
            for (bool ended = false; !ended;)
            {
                await shelf.WaitAsync(s_longestBatch, ct);
                (IReadOnlyList<List<NvReading>> batches, ended) = shelf.Take();
                foreach (List<NvReading> batch in batches)
                    yield return new DumpBatch(++sequence, batch);
                if (meter.IsDue || ended)
                    yield return meter.Read(shelf.Tally());
            }
            await pump;
        }
        finally
        {
            await stop.CancelAsync();
            await pump.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        // What was read, and kept only when it is all of the phone that it began with.
        SnapshotContent read = content.Build();
        (int done, int active, int absent, _) = shelf.Tally();
        int failed = done - active - absent;
        if (failed > 0)
            notes = [.. notes, $"{failed} {(failed == 1 ? "item" : "items")} could not be read: this snapshot is not complete."];
        if (request.SaveSnapshot && !await IsSurelyTheSameAsync(phone, ct))
            notes = [.. notes, "The phone left before it could be asked once more who it is."];
        string snapshot = request.SaveSnapshot
            ? VaultAccess.Try(() => vault.Snapshots.Save(new NewSnapshot(SnapshotOrigin.Read, phone.Name, phone.Last.Identity, notes), read)).Name
            : "";
        yield return new DumpSummary(done, active, absent, failed, read.Sha256, meter.Elapsed, SnapshotNames.Full(snapshot));
    }

    /// <summary>Whether the phone still tells that it is itself; false when it tells nothing any more.</summary>
    /// <exception cref="OperationException">Another phone answers: what was read is of two.</exception>
    private async Task<bool> IsSurelyTheSameAsync(Phone phone, CancellationToken ct)
    {
        try
        {
            await _identify.RunAsync(phone, ct);
            return true;
        }
        catch (OperationException e) when (e.InnerException is SessionException)
        {
            return false;
        }
    }

    private async Task<(DumpPlan, string[])> LeaveOutUnreachableAsync(Phone phone, DumpPlan plan, bool skip, CancellationToken ct)
    {
        if (!plan.Slots.Contains((byte)2))
            return (plan, []);
        try
        {
            phone.Remember(await _identify.ReadSlotsAsync(phone.Session, ct));
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            throw PhoneFailure.Explain(e, phone);
        }
        if (phone.Last.SecondSimReachable)
            return (plan, []);
        OperationException unreachable = Faults.SlotUnreachable(phone.Name, 2, phone.Last.Slot(2).PhoneAnswer);
        return skip && plan.Slots.Length > 1 ? (plan with { Slots = [1] }, [unreachable.Message]) : throw unreachable;
    }
}
