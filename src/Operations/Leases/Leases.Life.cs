using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

// How a lease begins, goes on and ends. All of it happens under the lock.
public sealed partial class Leases
{
    /// <summary>The one place where anybody gets a phone.</summary>
    private HeldLease Grant(LeaseLine line, LeaseOrder order, Func<LeaseRow, Caller, AuditEntry> audit) => Grant(line, order, row => audit(row, order.By));

    /// <inheritdoc cref="Grant(LeaseLine, LeaseOrder, Func{LeaseRow, Caller, AuditEntry})"/>
    private HeldLease Grant(LeaseLine line, LeaseOrder order, Func<LeaseRow, AuditEntry> audit)
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        TimeSpan from = Now;
        LeaseRow row = VaultAccess.Try(() => _vault.Leases.Grant(
            new LeaseRow(line.Device, 0, order.By.Id, order.By.Name, order.By.Station, order.Purpose, order.RequestId, order.Ttl, now, now + order.Ttl, now + order.MaxDuration),
            audit));
        return Hold(line, new HeldLease(row, from + order.Ttl, from + order.MaxDuration));
    }

    /// <summary>A lease that an earlier agent gave. A clock that was set back meanwhile makes no lease longer than it was.</summary>
    private void TakeUp(LeaseRow row)
    {
        DateTimeOffset now = _time.GetUtcNow();
        TimeSpan longest = row.Ttl > Grace ? row.Ttl : Grace;
        TimeSpan left = TimeSpan.FromTicks(Math.Clamp((row.ExpiresAt - now).Ticks, Grace.Ticks, longest.Ticks));
        TimeSpan limit = TimeSpan.FromTicks(Math.Clamp((row.LimitAt - now).Ticks, 0, (row.LimitAt - row.AcquiredAt).Ticks));
        if (left > limit)
            left = limit;
        Hold(LineOf(row.Device), new HeldLease(row with { ExpiresAt = now + left }, Now + left, Now + limit));
    }

    private HeldLease Hold(LeaseLine line, HeldLease held)
    {
        HeldLease? before = line.Held;
        line.Held = held;
        TimeSpan left = held.Expires - Now;
        held.Timer = _time.CreateTimer(_ => OnTimer(line, held), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        if (before is null)
            Show(line);
        LogGranted(_log, held.Row.Token, line.Device, held.Row.Holder);
        return held;
    }

    private void OnTimer(LeaseLine line, HeldLease held)
    {
        lock (_lock)
        {
            if (_disposed || line.Held != held)
                return;
            Settle(line);
            Rearm(held);
        }
    }

    private void Rearm(HeldLease held)
    {
        // A renewal does not touch the timer: it finds out when it is due. While something is written the write's end does.
        if (held is { End: null, Writes: 0 })
            held.Timer?.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((held.Expires - Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the phone's lease when its time is over: whoever comes before the timer must find the same.</summary>
    private void Settle(LeaseLine line)
    {
        if (line.Held is not { Writes: 0 } held || Now < held.Expires)
            return;
        bool isLimit = held.Expires >= held.Limit;
        EndAnyway(line, held, isLimit ? LeaseEnding.LimitReached : LeaseEnding.Expired, Caller.Agent.Did(
            "expire-lease", line.Device, isLimit ? "limit-reached" : "expired",
            $"{Describe(held)} {(isLimit ? "It reached its longest duration." : $"Its holder did not renew it within {held.Row.Ttl.TotalSeconds:0} s.")}"));
    }

    private void Prolong(LeaseLine line, HeldLease held, TimeSpan ttl)
    {
        TimeSpan now = Now;
        TimeSpan until = now + ttl < held.Limit ? now + ttl : held.Limit;
        if (until <= held.Expires)
            return;
        DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds((_time.GetUtcNow() + (until - now)).ToUnixTimeMilliseconds());
        VaultAccess.Try(() =>
        {
            _vault.Leases.Renew(line.Device, held.Row.Token, at);
            return 0;
        });
        held.Prolong(until, at);
        _shown = _shown.SetItem(line.Device, View(line, held));
    }

    /// <summary>Ends a lease when that is on the disk, and serves who waits.</summary>
    /// <exception cref="OperationException">The vault failed: it is still held.</exception>
    private void EndDurably(LeaseLine line, HeldLease held, LeaseEnding end, AuditEntry audit)
    {
        VaultAccess.Try(() =>
        {
            _vault.Leases.End(line.Device, held.Row.Token, audit);
            return 0;
        });
        Close(line, held, end, "", "");
        Serve(line);
    }

    /// <summary>Ends a lease whose time is over, whether the vault takes it or not: at the next start its holder would have the grace and no more.</summary>
    private void EndAnyway(LeaseLine line, HeldLease held, LeaseEnding end, AuditEntry audit)
    {
        try
        {
            _vault.Leases.End(line.Device, held.Row.Token, audit);
        }
        catch (Exception e) when (e is VaultUnavailableException or ObjectDisposedException)
        {
            LogNotKept(_log, held.Row.Token, line.Device, e);
        }
        Close(line, held, end, "", "");
        Serve(line);
    }

    private void Close(LeaseLine line, HeldLease held, LeaseEnding end, string takenBy, string reason)
    {
        held.End = new LeaseNews(View(line, held), end, takenBy, reason);
        held.Timer?.Dispose();
        line.Held = line.Held == held ? null : line.Held;
        line.Remember(held);
        held.News.Beat();
        LogEnded(_log, held.Row.Token, line.Device, held.Row.Holder, end);
    }

    /// <summary>Gives a phone that is free to the first in line.</summary>
    private void Serve(LeaseLine line)
    {
        while (!_disposed && line.Held is null && line.Next() is { } first)
        {
            try
            {
                first.Got = View(line, Grant(line, first.Order, Acquired));
                first.Granted.TrySetResult(first.Got);
            }
            catch (OperationException e)
            {
                first.Granted.TrySetException(e);
            }
        }
        Show(line);
    }

    /// <summary>A call's time in line is over, unless its turn came at that moment.</summary>
    private LeaseView LeaveAtTheEnd(LeaseLine line, LeaseLine.Waiter place)
    {
        lock (_lock)
        {
            Settle(line);
            line.Leave(place);
            if (place.Granted.Task.IsCompleted)
                return place.Granted.Task.GetAwaiter().GetResult();
            Show(line);
            // A line that somebody stands in is served at once, so the phone is held.
            throw Faults.LeaseHeld(View(line, line.Held!), place.Order.By, Left(line.Held!));
        }
    }

    /// <summary>A caller is gone. What was granted to it at that moment is for the next: nobody knows of it.</summary>
    private void LeaveUnasked(LeaseLine line, LeaseLine.Waiter place)
    {
        lock (_lock)
        {
            line.Leave(place);
            if (place.Calls == 0 && line.Held is { Writes: 0 } held && held.Row.Token == place.Got?.Token)
                EndAnyway(line, held, LeaseEnding.Released, Released(held, place.Order.By, "Its holder had left before it was told."));
            Show(line);
        }
    }

    private void Show(LeaseLine line)
    {
        _shown = line.Held is { } held ? _shown.SetItem(line.Device, View(line, held)) : _shown.Remove(line.Device);
        line.Held?.News.Beat();
        _changed.Beat();
    }

    private static AuditEntry Acquired(LeaseRow row, Caller by) =>
        by.Did("acquire-lease", row.Device, "acquired", $"Lease {row.Token} for {row.Ttl.TotalSeconds:0} s at a time. Purpose: {row.Purpose}");

    private static AuditEntry Released(HeldLease held, Caller by, string how) => by.Did("release-lease", held.Row.Device, "released", $"{Describe(held)} {how}");

    private static string Describe(HeldLease held) =>
        $"Lease {held.Row.Token} of {held.Row.Holder} ({held.Row.HolderId}, {held.Row.Station}), purpose: {held.Row.Purpose}.";

    [LoggerMessage(2301, LogLevel.Information, "Lease {Token} on {Phone} is held by {Holder}")]
    private static partial void LogGranted(ILogger log, long token, string phone, string holder);

    [LoggerMessage(2302, LogLevel.Information, "Lease {Token} on {Phone}, held by {Holder}, has ended: {End}")]
    private static partial void LogEnded(ILogger log, long token, string phone, string holder, LeaseEnding end);

    [LoggerMessage(2303, LogLevel.Error, "The end of lease {Token} on {Phone} could not be kept")]
    private static partial void LogNotKept(ILogger log, long token, string phone, Exception exception);
}
