using System.Globalization;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Puts refused calls into the audit: of one caller, matter, phone and reason the first, and from then on at most one row a minute, which says how
/// many there were. So whoever is refused a million times fills no disk, and each refusal is counted. What is counted and not yet written is written
/// when its minute is over, and when the agent ends.
/// </summary>
public sealed partial class RefusalLog : IDisposable
{
    // So many kinds are told apart within a minute; all others are one kind.
    internal const int MostKinds = 200;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);
    private static readonly (string, string, string, OperationError) s_others = ("", "", "", OperationError.None);

    private readonly VaultFile _vault;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Who, string What, string Device, OperationError Error), Kind> _kinds = [];
    private readonly ITimer _timer;
    private bool _disposed;

    /// <summary>Begins with nothing refused.</summary>
    public RefusalLog(VaultFile vault, TimeProvider time, ILogger<RefusalLog> log)
    {
        (_vault, _time, _log) = (vault, time, log);
        _timer = time.CreateTimer(_ => OnWindow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Somebody was not let in.</summary>
    /// <param name="who">Who, as far as that is known.</param>
    /// <param name="method">The gRPC method, as in "/imeiagent.v1.AuditService/ListAudit".</param>
    /// <param name="error">Why.</param>
    public void AddCall(Caller who, string method, OperationError error) => Add(who, method, who.Did("call", "", Outcome(error), method), error);

    /// <summary>Somebody was refused what they may ask for.</summary>
    /// <param name="who">Who.</param>
    /// <param name="action">What, as the audit names it: "acquire-lease".</param>
    /// <param name="device">The phone's full name; empty where the agent knows no such phone, whatever was asked for.</param>
    /// <param name="error">Why.</param>
    /// <param name="asked">What was asked for, masked and not long.</param>
    public void Add(Caller who, string action, string device, OperationError error, string asked) =>
        Add(who, action, who.Did(action, device, Outcome(error), asked), error);

    /// <summary>Writes what was counted. What is refused later is not written any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            _timer.Dispose();
            foreach (Kind kind in _kinds.Values)
                SumUp(kind);
        }
    }

    private void Add(Caller who, string what, AuditEntry entry, OperationError error)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            var key = (who.Id.Length > 0 ? who.Id : Caller.NetworkOf(who.Station), what, entry.Device, error);
            if (!_kinds.ContainsKey(key) && _kinds.Count >= MostKinds)
                (key, entry) = (s_others, Caller.Agent.Did("call", "", "refused", $"More than {MostKinds} kinds of refusals within a minute: the others are not told apart"));
            if (_kinds.TryGetValue(key, out Kind? kind))
            {
                kind.Count(entry);
                return;
            }
            if (_kinds.Count == 0)
                _timer.Change(s_window, Timeout.InfiniteTimeSpan);
            _kinds.Add(key, new Kind(_time.GetTimestamp()));
            Keep(entry);
        }
    }

    private void OnWindow()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            TimeSpan next = s_window;
            foreach (((string, string, string, OperationError) key, Kind kind) in _kinds)
            {
                TimeSpan left = s_window - _time.GetElapsedTime(kind.Since);
                if (left > TimeSpan.Zero)
                    next = left < next ? left : next;
                else if (kind.More == 0)
                    _kinds.Remove(key);
                else
                    SumUp(kind);
            }
            // A timer may be early by a fraction of a millisecond.
            if (_kinds.Count > 0)
                _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(next.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }

    private void SumUp(Kind kind)
    {
        if (kind.Last is { } last)
        {
            string times = kind.More == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{kind.More} times");
            Keep(last with { Detail = $"{last.Detail} ({times} since the last row of this kind)" });
        }
        kind.Begin(_time.GetTimestamp());
    }

    // Under the lock: at most so many rows a minute are waited for, and none is written behind the end.
    private void Keep(AuditEntry entry)
    {
        try
        {
            _vault.Audit.Append(entry);
        }
        catch (Exception e) when (e is VaultUnavailableException or ObjectDisposedException)
        {
            LogNotAudited(_log, entry.Action, entry.Outcome, e);
        }
    }

    private static string Outcome(OperationError error) => $"refused: {error.Name()}";

    [LoggerMessage(2401, LogLevel.Warning, "{Action}, {Outcome}, could not be audited")]
    private static partial void LogNotAudited(ILogger log, string action, string outcome, Exception exception);

    /// <summary>Refusals that are alike, since the last row about them.</summary>
    private sealed class Kind(long since)
    {
        public long Since { get; private set; } = since;

        public long More { get; private set; }

        /// <summary>The latest: its trace is the one that the logs still have.</summary>
        public AuditEntry? Last { get; private set; }

        public void Count(AuditEntry entry) => (More, Last) = (More + 1, entry);

        public void Begin(long now) => (Since, More, Last) = (now, 0, null);
    }
}
