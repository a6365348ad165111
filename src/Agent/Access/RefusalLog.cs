using System.Globalization;
using ImeiAgent.Operations;
using ImeiAgent.Vault;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// Puts refused calls into the audit: of one caller, method and reason at most one row a minute, with how many there were since the last, so
/// that whoever is refused a million times fills no disk.
/// </summary>
internal sealed partial class RefusalLog(VaultFile vault, TimeProvider time, ILogger<RefusalLog> log)
{
    private const int MostKnown = 200;
    private static readonly TimeSpan s_between = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Who, string Method, OperationError Error), (long Since, int More)> _told = [];

    /// <summary>Somebody was refused.</summary>
    public void Add(Caller who, string method, OperationError error)
    {
        int more;
        lock (_lock)
        {
            (string, string, OperationError) key = (who.Id.Length > 0 ? who.Id : Door.NetworkOf(who.Station), method, error);
            long now = time.GetTimestamp();
            bool isKnown = _told.TryGetValue(key, out (long Since, int More) told);
            if (isKnown && time.GetElapsedTime(told.Since, now) < s_between)
            {
                _told[key] = (told.Since, told.More + 1);
                return;
            }
            if (!isKnown && _told.Count >= MostKnown)
            {
                foreach (var old in _told.Where(t => time.GetElapsedTime(t.Value.Since, now) >= s_between).Select(t => t.Key).ToArray())
                    _told.Remove(old);
                if (_told.Count >= MostKnown)
                    return;
            }
            more = told.More;
            _told[key] = (now, 0);
        }
        try
        {
            string detail = more == 0 ? method : string.Create(CultureInfo.InvariantCulture, $"{method}, and {more} times more since the last row of this kind");
            vault.Audit.Append(who.Did("call", "", $"refused: {error.Name()}", detail));
        }
        catch (VaultUnavailableException e)
        {
            LogNotAudited(log, method, e);
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "A refused call of {Method} could not be audited")]
    private static partial void LogNotAudited(ILogger log, string method, Exception exception);
}
