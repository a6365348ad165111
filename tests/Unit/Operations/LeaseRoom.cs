using ImeiAgent.Operations;
using ImeiAgent.Unit.Vault;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ImeiAgent.Unit.Operations;

/// <summary>Leases on a vault of their own, with a clock that stands until it is moved.</summary>
/// <param name="onDisk">As of <see cref="VaultRoom"/>.</param>
internal sealed class LeaseRoom(bool onDisk = true) : IDisposable
{
    public const string Phone = "devices/sm-g991u-3f2a";

    public static readonly Caller Ana = new("ana", "clients/00000001", "192.0.2.1", "4bf92f3577b34da6a3ce929d0e0e4736");
    public static readonly Caller Ben = new("ben", "clients/00000002", "192.0.2.2", "");
    public static readonly Caller Eva = new("eva", "clients/00000003", "192.0.2.3", "");

    private readonly VaultRoom _room = new(onDisk);
    private Leases? _leases;

    public FakeTimeProvider Time => _room.Time;

    public VaultFile Vault => _room.Vault;

    public Leases Leases => _leases ??= new Leases(Vault, Time, NullLogger<Leases>.Instance);

    public static LeaseOrder Order(Caller by, int wait = 0) => new()
    {
        Device = Phone,
        Purpose = "ticket 4711",
        RequestId = Guid.NewGuid().ToString(),
        Wait = TimeSpan.FromSeconds(wait),
        By = by,
    };

    public Task<LeaseView> AcquireAsync(Caller by, int wait = 0) => Leases.AcquireAsync(Order(by, wait), Bench.Ct);

    /// <summary>An agent that was killed, and the next after some time.</summary>
    public void Restart(TimeSpan away)
    {
        Leases.Dispose();
        _leases = null;
        _room.Close();
        Time.Advance(away);
        _ = Leases;
    }

    /// <summary>Action, outcome, operator and detail of what was audited, oldest first.</summary>
    public IReadOnlyList<(string Action, string Outcome, string By, string Detail)> Audit() =>
        [.. Vault.Audit.List(1000).Reverse().Select(r => (r.Entry.Action, r.Entry.Outcome, r.Entry.Operator, r.Entry.Detail))];

    /// <summary>Makes the vault refuse every change of a lease.</summary>
    public void Break() => _room.Raw("ALTER TABLE lease_tokens RENAME TO gone");

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public void Dispose()
    {
        _leases?.Dispose();
        _room.Dispose();
    }
}
