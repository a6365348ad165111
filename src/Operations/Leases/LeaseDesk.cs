namespace ImeiAgent.Operations;

/// <summary>Where leases are asked for by the names that people type: finds the phone, and hands the matter to <see cref="Leases"/>.</summary>
public sealed class LeaseDesk(PhoneRegistry phones, Leases leases)
{
    /// <inheritdoc cref="Leases.AcquireAsync"/>
    public async Task<LeaseView> AcquireAsync(LeaseOrder order, CancellationToken ct) =>
        await leases.AcquireAsync(order with { Device = await NameAsync(order.Device, ct) }, ct);

    /// <inheritdoc cref="Leases.Steal"/>
    public async Task<StolenLease> StealAsync(LeaseOrder order, CancellationToken ct) =>
        leases.Steal(order with { Device = await NameAsync(order.Device, ct) });

    /// <inheritdoc cref="Leases.Renew"/>
    public LeaseView Renew(string device, long token, TimeSpan? ttl, Caller by) => leases.Renew(phones.NameOf(device), token, ttl, by);

    /// <inheritdoc cref="Leases.Release"/>
    public LeaseEnding Release(string device, long token, Caller by) => leases.Release(phones.NameOf(device), token, by);

    /// <inheritdoc cref="Leases.WatchAsync"/>
    public IAsyncEnumerable<LeaseNews> WatchAsync(string device, long token, Caller by, CancellationToken ct) =>
        leases.WatchAsync(phones.NameOf(device), token, by, ct);

    /// <summary>
    /// The final name. A phone that is away or whose last restore is not settled can be leased; a port behind which nobody knows a phone cannot,
    /// because its name is not the phone's.
    /// </summary>
    private async Task<string> NameAsync(string asked, CancellationToken ct)
    {
        PhoneView phone = await phones.ChooseAsync(asked, ct);
        return phone.State is PhoneState.Ready or PhoneState.Disconnected or PhoneState.Unsettled ? phone.Name : throw Faults.NotReady(phone);
    }
}
