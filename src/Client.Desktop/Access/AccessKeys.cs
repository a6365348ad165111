using System.Security.Cryptography;
using System.Text;

namespace ImeiAgent.Client.Desktop.Access;

/// <summary>
/// The one-time key in the address, and the session secret that it is exchanged for. The key may be seen by others (process lists,
/// browser history): it is worth nothing after its first use, and before that nothing to other users (<see cref="OwnConnections"/>).
/// </summary>
public sealed class AccessKeys
{
    private readonly byte[] _key;
    private readonly byte[] _session;
    private int _used;

    /// <summary>Makes 256 random bits for each.</summary>
    public AccessKeys()
    {
        OneTimeKey = RandomNumberGenerator.GetHexString(64, lowercase: true);
        Session = RandomNumberGenerator.GetHexString(64, lowercase: true);
        _key = Encoding.ASCII.GetBytes(OneTimeKey);
        _session = Encoding.ASCII.GetBytes(Session);
    }

    /// <summary>What the address carries.</summary>
    public string OneTimeKey { get; }

    /// <summary>What the cookie carries.</summary>
    public string Session { get; }

    /// <summary>Whether a browser came in.</summary>
    public bool IsUsed => Volatile.Read(ref _used) == 1;

    /// <summary>Whether <paramref name="key"/> is the key and was not used before; uses it up.</summary>
    public bool TryUse(string key) => IsSame(_key, key) && Interlocked.Exchange(ref _used, 1) == 0;

    /// <summary>Whether <paramref name="session"/> is the cookie's secret.</summary>
    public bool IsSession(string? session) => session is not null && IsSame(_session, session);

    private static bool IsSame(byte[] expected, string given) => CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(given));
}
