using System.Globalization;
using ImeiAgent.Operations;
using ImeiAgent.Vault;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// Puts refused calls into the audit: of one caller, method, phone and reason at most one row a minute, with how many there were since the last,
/// so that whoever is refused a million times fills no disk. What was counted and not yet told is told when the agent ends.
/// </summary>
internal sealed partial class RefusalLog(VaultFile vault, TimeProvider time, ILogger<RefusalLog> log) : IDisposable
{
    private const int MostKnown = 200;
    private static readonly TimeSpan s_between = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Who, string Method, string Device, OperationError Error), Kind> _told = [];

    /// <summary>Somebody was refused.</summary>
    /// <param name="who">Who.</param>
    /// <param name="method">The method's full name.</param>
    /// <param name="error">Why.</param>
    /// <param name="device">The phone's full name; empty when it was about none.</param>
    public void Add(Caller who, string method, OperationError error, string device = "")
    {
        List<(Kind Kind, int More)> rows = [];
        lock (_lock)
        {
            (string, string, string, OperationError) key = (who.Id.Length > 0 ? who.Id : Door.NetworkOf(who.Station), method, device, error);
            long now = time.GetTimestamp();
            if (_told.TryGetValue(key, out Kind? told) && !IsOver(told, now))
            {
                told.More++;
                return;
            }
            if (told is null && _told.Count >= MostKnown)
            {
                foreach (var old in _told.Where(t => IsOver(t.Value, now)).ToArray())
                {
                    _told.Remove(old.Key);
                    if (old.Value.More > 0)
                        rows.Add((old.Value, old.Value.More - 1));
                }
            }
            if (told is not null || _told.Count < MostKnown)
            {
                var kind = new Kind(who, method, device, error, now);
                rows.Add((kind, told?.More ?? 0));
                _told[key] = kind;
            }
        }
        foreach ((Kind kind, int more) in rows)
            Append(kind, more);
    }

    /// <summary>Tells what was counted since the last rows.</summary>
    public void Dispose()
    {
        Kind[] untold;
        lock (_lock)
        {
            untold = [.. _told.Values.Where(kind => kind.More > 0)];
            _told.Clear();
        }
        foreach (Kind kind in untold)
            Append(kind, kind.More - 1);
    }

    private bool IsOver(Kind kind, long now) => time.GetElapsedTime(kind.Since, now) >= s_between;

    // A row stands for a refusal itself, and for those that were counted.
    private void Append(Kind kind, int more)
    {
        try
        {
            string detail = more == 0 ? kind.Method : string.Create(CultureInfo.InvariantCulture, $"{kind.Method}, and {more} times more since the last row of this kind");
            vault.Audit.Append(kind.Who.Did("call", kind.Device, $"refused: {kind.Error.Name()}", detail));
        }
        catch (VaultUnavailableException e)
        {
            LogNotAudited(log, kind.Method, e);
        }
    }

    /// <summary>Refusals of one kind: the first was told, those after it are counted.</summary>
    private sealed record Kind(Caller Who, string Method, string Device, OperationError Error, long Since)
    {
        public int More { get; set; }
    }

    [LoggerMessage(1101, LogLevel.Warning, "A refused call of {Method} could not be audited")]
    private static partial void LogNotAudited(ILogger log, string method, Exception exception);
}
