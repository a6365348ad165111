using System.Security.Cryptography;
using System.Text;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Access;

/// <summary>An invitation as its maker sees it.</summary>
/// <param name="Id">8 hex digits.</param>
/// <param name="Name">What the client will be called.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Secret">16 bytes; told once, to whoever made it.</param>
/// <param name="ExpiresAt">When it is void.</param>
internal sealed record Invitation(string Id, string Name, Role Role, byte[] Secret, DateTimeOffset ExpiresAt)
{
    /// <summary>Names no secret.</summary>
    public override string ToString() => $"invitation {Id} for {Name}";
}

/// <summary>
/// The invitations that are open. They live in memory only, so that nobody finds one on the disk, and an agent that restarts voids them. Each is
/// good once, for 10 minutes, and bears 5 wrong proofs. Safe for use by many threads.
/// </summary>
internal sealed class Invitations(TimeProvider time)
{
    /// <summary>How long one is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private const int MostTries = 5;
    private const int MostOpen = 100;
    private static readonly byte[] s_purpose = Encoding.ASCII.GetBytes("imei1-enroll");

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Open> _open = [];

    /// <summary>Makes one; null when 100 are open.</summary>
    public Invitation? Make(string name, Role role)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            foreach (string old in _open.Where(o => IsOver(o.Value, now)).Select(o => o.Key).ToArray())
                _open.Remove(old);
            if (_open.Count >= MostOpen)
                return null;
            string id;
            do
                id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
            while (_open.ContainsKey(id));
            var invitation = new Invitation(id, name, role, RandomNumberGenerator.GetBytes(16), time.GetUtcNow() + Life);
            _open[id] = new Open(invitation, now);
            return invitation;
        }
    }

    /// <summary>
    /// Takes one up: it is used then, whatever becomes of the client. Null when there is none of that id that is good, or the proof is wrong;
    /// nobody learns which.
    /// </summary>
    /// <param name="id">From the line.</param>
    /// <param name="proof">HMAC-SHA256 with the secret over "imei1-enroll" and the two hashes.</param>
    /// <param name="clientKey">SHA-256 over the client's SubjectPublicKeyInfo.</param>
    /// <param name="serverKey">SHA-256 over that of the server's certificate on this connection.</param>
    public Invitation? Take(string id, ReadOnlySpan<byte> proof, ReadOnlySpan<byte> clientKey, ReadOnlySpan<byte> serverKey)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(id, out Open? open))
                return null;
            if (IsOver(open, time.GetTimestamp()))
            {
                _open.Remove(id);
                return null;
            }
            byte[] said = [.. s_purpose, .. clientKey, .. serverKey];
            byte[] expected = HMACSHA256.HashData(open.Invitation.Secret, said);
            bool isRight = CryptographicOperations.FixedTimeEquals(expected, proof);
            if (isRight || ++open.Tries >= MostTries)
                _open.Remove(id);
            return isRight ? open.Invitation : null;
        }
    }

    // By the monotonic clock: whoever sets the other one back revives nothing.
    private bool IsOver(Open open, long now) => time.GetElapsedTime(open.Since, now) >= Life;

    private sealed class Open(Invitation invitation, long since)
    {
        public Invitation Invitation { get; } = invitation;

        public long Since { get; } = since;

        public int Tries { get; set; }
    }
}
