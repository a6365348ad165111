using System.Security.Cryptography;
using System.Text;

namespace ImeiAgent.Client.Desktop.Access;

/// <summary>
/// The one-time keys in the addresses of windows, and the session secret that each is exchanged for. A key may be seen by others (process
/// lists, browser history): it is worth nothing after its first use, and before that nothing to other users (<see cref="OwnConnections"/>).
/// Safe for use by several threads.
/// </summary>
public sealed class AccessKeys
{
    // As many windows as may be opening at the same time; the oldest key is forgotten for the newest.
    private const int MostUnused = 16;

    private readonly List<byte[]> _unused = [];
    private readonly byte[] _session;
    private bool _used;

    /// <summary>Makes the session secret of 256 random bits.</summary>
    public AccessKeys()
    {
        Session = RandomNumberGenerator.GetHexString(64, lowercase: true);
        _session = Encoding.ASCII.GetBytes(Session);
    }

    /// <summary>What the cookie carries.</summary>
    public string Session { get; }

    /// <summary>Whether a browser came in.</summary>
    public bool IsUsed => Volatile.Read(ref _used);

    /// <summary>A new key of 256 random bits, 64 hex digits, that lets one browser in, once. The last 16 that nobody used are good.</summary>
    public string NewKey()
    {
        string key = RandomNumberGenerator.GetHexString(64, lowercase: true);
        lock (_unused)
        {
            if (_unused.Count == MostUnused)
                _unused.RemoveAt(0);
            _unused.Add(Encoding.ASCII.GetBytes(key));
        }
        return key;
    }

    /// <summary>Whether <paramref name="key"/> is a key and was not used before; uses it up.</summary>
    public bool TryUse(string key)
    {
        lock (_unused)
        {
            int at = _unused.FindIndex(one => IsSame(one, key));
            if (at < 0)
                return false;
            _unused.RemoveAt(at);
        }
        Volatile.Write(ref _used, true);
        return true;
    }

    /// <summary>Whether <paramref name="session"/> is the cookie's secret.</summary>
    public bool IsSession(string? session) => session is not null && IsSame(_session, session);

    private static bool IsSame(byte[] expected, string given) => CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(given));
}
