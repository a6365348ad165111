using System.Collections.Immutable;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Exclusive use of phones for writes, by phone name. Every grant, end and write right passes one lock, so there are never two holders, and a
/// write with an old token is refused in the same critical section that decides who holds the phone. What is told is on the disk before.
/// Leases go on when the agent is started again, with at least <see cref="Grace"/> for their holders to come back.
/// </summary>
public sealed partial class Leases : IDisposable
{
    /// <summary>So long a lease goes on at least after the agent was started.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly VaultFile _vault;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _origin;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LeaseLine> _lines = [];
    private readonly Pulse _changed = new();
    private volatile ImmutableDictionary<string, LeaseView> _shown = ImmutableDictionary<string, LeaseView>.Empty;
    private bool _disposed;

    /// <summary>Takes up the leases of the agent before.</summary>
    /// <exception cref="VaultUnavailableException">They cannot be read.</exception>
    public Leases(VaultFile vault, TimeProvider time, ILogger<Leases> log)
    {
        (_vault, _time, _log, _origin) = (vault, time, log, time.GetTimestamp());
        lock (_lock)
            foreach (LeaseRow row in vault.Leases.List())
                TakeUp(row);
    }

    /// <summary>Completes when a phone next gets a holder or loses one, or when somebody begins or ceases to wait.</summary>
    public Task Changed => _changed.Next;

    // The agent's own clock: a date that somebody sets ends no lease.
    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>The leases that are held, by device. Waits for nobody.</summary>
    public IReadOnlyList<LeaseView> List() => [.. _shown.Values.OrderBy(l => l.Device, StringComparer.Ordinal)];

    /// <summary>The lease on a phone; null when nobody holds one. Waits for nobody.</summary>
    /// <param name="device">The phone's full name.</param>
    public LeaseView? HolderOf(string device) => _shown.GetValueOrDefault(device);

    /// <summary>Takes the lease on a phone, or waits in line for it. The same request again returns the lease that it got, while it is held.</summary>
    /// <exception cref="OperationException">An argument is wrong, somebody else holds it, the line is full, or the vault failed.</exception>
    public async Task<LeaseView> AcquireAsync(LeaseOrder order, CancellationToken ct)
    {
        order.Check("purpose");
        LeaseLine line;
        LeaseLine.Waiter place;
        lock (_lock)
        {
            ct.ThrowIfCancellationRequested();
            line = LineOf(order.Device);
            Settle(line);
            if (line.Held is null)
                return View(line, Grant(line, order, Acquired));
            if (IsAnswer(line.Held, order))
                return View(line, line.Held);
            if (order.Wait == TimeSpan.Zero)
                throw Faults.LeaseHeld(View(line, line.Held), order.By, Left(line.Held));
            place = line.Join(order) ?? throw Faults.LineFull(View(line, line.Held), Left(line.Held));
            Show(line);
        }
        using var waiting = new LeaseWait(order.Device, _time);
        try
        {
            return waiting.Got(await place.Granted.Task.WaitAsync(order.Wait, _time, ct));
        }
        catch (TimeoutException)
        {
            return waiting.Got(LeaveAtTheEnd(line, place));
        }
        catch (OperationCanceledException)
        {
            LeaveUnasked(line, place);
            throw;
        }
    }

    /// <summary>
    /// Takes the lease from its holder, who is told by whom and why, or takes one that nobody holds. Those who wait in line stay there.
    /// </summary>
    /// <exception cref="OperationException">An argument is wrong, a write is under way, or the vault failed.</exception>
    public StolenLease Steal(LeaseOrder order)
    {
        order.Check("reason");
        lock (_lock)
        {
            LeaseLine line = LineOf(order.Device);
            Settle(line);
            if (line.Held is not { } held)
                return new StolenLease(View(line, Grant(line, order, Acquired)), null);
            if (IsAnswer(held, order))
                return new StolenLease(View(line, held), null);
            if (held.Writes > 0)
                throw Faults.WriteUnderWay(View(line, held));
            LeaseView taken = View(line, held);
            HeldLease granted = Grant(line, order, row => order.By.Did(
                "steal-lease", row.Device, "stolen", $"Lease {row.Token}, taken from {taken.Who} (lease {taken.Token}: {taken.Purpose}). Reason: {row.Purpose}"));
            Close(line, held, LeaseEnding.Stolen, order.By.Name, order.Purpose);
            Show(line);
            return new StolenLease(View(line, granted), taken);
        }
    }

    /// <summary>Prolongs a lease; never shortens it, and never goes beyond its longest duration.</summary>
    /// <param name="device">The phone's full name.</param>
    /// <param name="token">The lease's token.</param>
    /// <param name="ttl">How long from now, 5 s to 1 h; null for as long as when it was taken.</param>
    /// <param name="by">Its holder.</param>
    /// <exception cref="OperationException">An argument is wrong, the lease has ended or is another's, or the vault failed.</exception>
    public LeaseView Renew(string device, long token, TimeSpan? ttl, Caller by)
    {
        if (ttl is { } given)
            LeaseOrder.CheckTtl(given);
        lock (_lock)
        {
            (LeaseLine line, HeldLease held) = Own(device, token, by);
            Prolong(line, held, ttl ?? held.Row.Ttl);
            return View(line, held);
        }
    }

    /// <summary>
    /// Gives a lease back; one that has ended already is no error. While a write is under way with it, it ends with the write.
    /// </summary>
    /// <returns>Released, or how it had ended before; none when that is not known any more.</returns>
    /// <exception cref="OperationException">It is another's, there was never such a lease, or the vault failed and it is still held.</exception>
    public LeaseEnding Release(string device, long token, Caller by)
    {
        lock (_lock)
        {
            if (_lines.TryGetValue(device, out LeaseLine? line))
                Settle(line);
            if (line?.Held is { } held && held.Row.Token == token && held.IsOf(by))
            {
                if (held.Writes > 0)
                    held.AfterWrite = held.AfterWrite == LeaseEnding.None ? LeaseEnding.Released : held.AfterWrite;
                else
                    EndDurably(line, held, LeaseEnding.Released, Released(held, by, "Given back."));
                return held.End?.End ?? held.AfterWrite;
            }
            if (line?.Held?.Row.Token == token || !WasGiven(device, token) || line?.Find(token)?.IsOf(by) == false)
                throw Faults.LeaseRequired(device, line?.Held is null ? null : View(line, line.Held));
            return line?.Find(token)?.End?.End ?? LeaseEnding.None;
        }
    }

    /// <summary>Ends the leases of a caller whose rights were taken away, and their waiting; a write that is under way is waited for.</summary>
    /// <param name="callerId">Their <see cref="Caller.Id"/>.</param>
    /// <param name="by">Who took them away.</param>
    public void Revoke(string callerId, Caller by)
    {
        lock (_lock)
        {
            foreach (LeaseLine line in _lines.Values)
            {
                IReadOnlyList<LeaseLine.Waiter> gone = line.RemoveAll(callerId);
                foreach (LeaseLine.Waiter waiter in gone)
                    waiter.Granted.TrySetException(Faults.Revoked());
                if (gone.Count > 0)
                    Show(line);
                if (line.Held is not { } held || held.Row.HolderId != callerId)
                    continue;
                if (held.Writes > 0)
                    held.AfterWrite = LeaseEnding.Revoked;
                else
                    EndAnyway(line, held, LeaseEnding.Revoked, by.Did("revoke-lease", line.Device, "revoked", Describe(held)));
            }
        }
    }

    /// <summary>Ends nothing: who holds a lease has it when the agent is started again.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (LeaseLine line in _lines.Values)
                line.Held?.Timer?.Dispose();
        }
    }

    /// <summary>The right to write by a lease; nothing is checked yet.</summary>
    internal WriteRight WriteRight(string device, long token, Caller by) => new(this, device, token, by);

    /// <summary>The lease, when it is held and the caller's.</summary>
    private (LeaseLine Line, HeldLease Held) Own(string device, long token, Caller by)
    {
        if (_lines.TryGetValue(device, out LeaseLine? line))
            Settle(line);
        LeaseView? current = line?.Held is null ? null : View(line, line.Held);
        HeldLease? known = line?.Find(token);
        if (known?.IsOf(by) == false || (known is null && !WasGiven(device, token)))
            throw Faults.LeaseRequired(device, current);
        if (known is null or { End: not null })
            throw Faults.LeaseOver(device, token, known?.End, current);
        // Given back or taken away while its write is still under way.
        if (known.AfterWrite != LeaseEnding.None)
            throw Faults.LeaseOver(device, token, new LeaseNews(current!, known.AfterWrite, "", ""), current);
        return (line!, known);
    }

    private bool WasGiven(string device, long token) => token > 0 && token <= VaultAccess.Try(() => _vault.Leases.LastToken(device));

    private static bool IsAnswer(HeldLease held, LeaseOrder order) =>
        held.IsOf(order.By) && held.Row.RequestId == order.RequestId && held.AfterWrite == LeaseEnding.None;

    private TimeSpan Left(HeldLease held) => held.Expires - Now;

    private LeaseLine LineOf(string device)
    {
        if (!_lines.TryGetValue(device, out LeaseLine? line))
            _lines[device] = line = new LeaseLine(device);
        return line;
    }

    private static LeaseView View(LeaseLine line, HeldLease held) => LeaseView.Of(held.Row, line.Waiting);
}
