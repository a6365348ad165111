using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

// Who watches a lease, and who writes by it.
public sealed partial class Leases
{
    // The contract promises news at least so often.
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Tells what becomes of a lease: at the beginning, at each change, and at least every 10 s. As long as it is enumerated the lease is renewed, in
    /// steps of a third of its ttl. Ends after the news that say how the lease ended; they come at once when it has ended already.
    /// </summary>
    /// <exception cref="OperationException">The lease is another's, or ended so long ago that it is not known how.</exception>
    public async IAsyncEnumerable<LeaseNews> WatchAsync(string device, long token, Caller by, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            (LeaseNews news, Task change, TimeSpan pause) = Look(device, token, by);
            yield return news;
            if (news.End != LeaseEnding.None)
                yield break;
            try
            {
                await change.WaitAsync(pause, _time, ct);
            }
            catch (TimeoutException)
            {
                // Time for a heartbeat.
            }
        }
    }

    internal void Require(string device, long token, Caller by)
    {
        lock (_lock)
            Own(device, token, by);
    }

    internal HeldLease BeginWrite(string device, long token, Caller by)
    {
        lock (_lock)
        {
            HeldLease held = Own(device, token, by).Held;
            held.Writes++;
            return held;
        }
    }

    internal void EndWrite(HeldLease held)
    {
        lock (_lock)
        {
            held.Writes--;
            // The agent may have ended, with its vault: the lease goes on with the next.
            if (_disposed || held is { Writes: > 0 } or { End: not null })
                return;
            LeaseLine line = _lines[held.Row.Device];
            var holder = new Caller(held.Row.Holder, held.Row.HolderId, held.Row.Station, "");
            if (held.AfterWrite == LeaseEnding.Released)
                EndAnyway(line, held, LeaseEnding.Released, Released(held, holder, "Given back while its write was under way."));
            else if (held.AfterWrite == LeaseEnding.Revoked)
                EndAnyway(line, held, LeaseEnding.Revoked, Caller.Agent.Did("revoke-lease", line.Device, "revoked", $"{Describe(held)} Its write had to end first."));
            else
                Settle(line);
            Rearm(held);
        }
    }

    private (LeaseNews News, Task Change, TimeSpan Pause) Look(string device, long token, Caller by)
    {
        lock (_lock)
        {
            if (_lines.TryGetValue(device, out LeaseLine? line))
                Settle(line);
            if (line?.Find(token) is not { } lease || !lease.IsOf(by))
            {
                Own(device, token, by);
                throw new InvalidOperationException($"Lease {token} on {device} is known and is not.");
            }
            if (lease.End is { } end)
                return (end, Task.CompletedTask, TimeSpan.Zero);
            Task change = lease.News.Next;
            TimeSpan third = lease.Row.Ttl / 3;
            if (lease.AfterWrite == LeaseEnding.None && Left(lease) <= 2 * third)
                TryProlong(line, lease);
            return (new LeaseNews(View(line, lease), LeaseEnding.None, "", ""), change, third < s_heartbeat ? third : s_heartbeat);
        }
    }

    /// <summary>A vault that fails now may work at the next heartbeat; until then the watcher sees when the lease ends.</summary>
    private void TryProlong(LeaseLine line, HeldLease lease)
    {
        try
        {
            Prolong(line, lease, lease.Row.Ttl);
        }
        catch (OperationException e)
        {
            LogNotRenewed(_log, lease.Row.Token, line.Device, e);
        }
    }

    [LoggerMessage(2304, LogLevel.Error, "The renewal of lease {Token} on {Phone} could not be kept")]
    private static partial void LogNotRenewed(ILogger log, long token, string phone, Exception exception);
}
