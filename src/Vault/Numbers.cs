using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Vault;

/// <summary>A number that a phone showed.</summary>
/// <param name="Identity">Who the phone is: of each thing it told the last that was not empty.</param>
/// <param name="Device">The phone's name at the time; empty when a file told it.</param>
/// <param name="Slot">The SIM slot, from 1.</param>
/// <param name="Imei">The number.</param>
/// <param name="SeenAt">Since when it is known, to the millisecond; seeing it again does not change that.</param>
public sealed record NumberSeen(PhoneIdentity Identity, string Device, byte Slot, Imei Imei, DateTimeOffset SeenAt);

/// <summary>
/// Which phone last showed which valid number, by slot; what tells that a number is another phone's. A phone is known by ESN or MEID,
/// and stays known by both when it has lost one of them since.
/// </summary>
public sealed class Numbers
{
    private readonly VaultStore _store;
    private readonly TimeProvider _time;

    internal Numbers(VaultStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>
    /// A phone shows a number: it takes the place of what that slot showed before. On the disk on return; writes nothing when it is known,
    /// or when <paramref name="identity"/> does not tell which single phone it is.
    /// </summary>
    /// <param name="identity">Who the phone is.</param>
    /// <param name="device">Its name.</param>
    /// <param name="slot">The SIM slot, from 1.</param>
    /// <param name="imei">A phone's own number (<see cref="ImeiSlotState.Ok"/>).</param>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public void Saw(PhoneIdentity identity, string device, byte slot, Imei imei) => Keep(identity, device, slot, imei, earlier: false);

    /// <summary>
    /// The same for a number that was shown at some time before, as an imported file tells: it is kept only when nothing is known of that
    /// phone's slot.
    /// </summary>
    /// <inheritdoc cref="Saw"/>
    public void SawEarlier(PhoneIdentity identity, string device, byte slot, Imei imei) => Keep(identity, device, slot, imei, earlier: true);

    /// <summary>The phones and slots that last showed this number, newest first. Its 15th digit does not count (TS 23.003, 6.2.1).</summary>
    public IReadOnlyList<NumberSeen> Holders(Imei imei) => _store.Read(sql => NumberTable.Holders(sql, imei));

    /// <summary>What this phone's slots last showed, by slot. The model does not count: a file does not tell it.</summary>
    public IReadOnlyList<NumberSeen> Of(PhoneIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return _store.Read(sql => NumberTable.Of(sql, identity));
    }

    private void Keep(PhoneIdentity identity, string device, byte slot, Imei imei, bool earlier)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfZero(slot);
        if (!identity.IsUnique)
            return;
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        _store.Write(sql => NumberTable.Keep(sql, new NumberSeen(identity, device, slot, imei, now), earlier));
    }
}
