using System.Globalization;

namespace ImeiAgent.Operations;

/// <summary>
/// Where leases are asked for by the names that people type: finds the phone, and hands the matter to <see cref="Leases"/>, which puts what it grants
/// on record. What is refused is on record by <see cref="RefusalLog"/>.
/// </summary>
public sealed class LeaseDesk(PhoneRegistry phones, Leases leases, RefusalLog refusals)
{
    // Of each text that was typed.
    private const int MostKept = 200;

    /// <inheritdoc cref="Leases.AcquireAsync"/>
    public async Task<LeaseView> AcquireAsync(LeaseOrder order, CancellationToken ct)
    {
        string device = order.Device;
        try
        {
            device = await NameAsync(device, ct);
            return await leases.AcquireAsync(order with { Device = device }, ct);
        }
        catch (OperationException e)
        {
            Refused(e, "acquire-lease", device, order.By, $"Wait {Seconds(order.Wait)}, {Seconds(order.Ttl)} at a time. Purpose: {FreeText.Kept(order.Purpose, MostKept)}");
            throw;
        }
    }

    /// <inheritdoc cref="Leases.Steal"/>
    public async Task<StolenLease> StealAsync(LeaseOrder order, CancellationToken ct)
    {
        string device = order.Device;
        try
        {
            device = await NameAsync(device, ct);
            return leases.Steal(order with { Device = device });
        }
        catch (OperationException e)
        {
            Refused(e, "steal-lease", device, order.By, $"{Seconds(order.Ttl)} at a time. Reason: {FreeText.Kept(order.Purpose, MostKept)}");
            throw;
        }
    }

    /// <inheritdoc cref="Leases.Renew"/>
    public LeaseView Renew(string device, long token, TimeSpan? ttl, Caller by) =>
        WithLease("renew-lease", device, token, by, ttl is { } asked ? $" for {Seconds(asked)}" : "", name => leases.Renew(name, token, ttl, by));

    /// <inheritdoc cref="Leases.Release"/>
    public LeaseEnding Release(string device, long token, Caller by) =>
        WithLease("release-lease", device, token, by, "", name => leases.Release(name, token, by));

    /// <inheritdoc cref="Leases.WatchAsync"/>
    public IAsyncEnumerable<LeaseNews> WatchAsync(string device, long token, Caller by, CancellationToken ct) =>
        leases.WatchAsync(phones.NameOf(device), token, by, ct);

    private T WithLease<T>(string action, string device, long token, Caller by, string more, Func<string, T> ask)
    {
        try
        {
            device = phones.NameOf(device);
            return ask(device);
        }
        catch (OperationException e)
        {
            Refused(e, action, device, by, string.Create(CultureInfo.InvariantCulture, $"Lease {token}{more}."));
            throw;
        }
    }

    // A name that somebody made up is no kind of its own, or whoever makes up many would fill the audit.
    private void Refused(OperationException e, string action, string device, Caller by, string asked)
    {
        bool isKnown = leases.HolderOf(device) is not null || phones.List().Any(p => p.Name == device);
        refusals.Add(by, action, isKnown ? device : "", e.Error, isKnown ? asked : $"Phone \"{FreeText.Kept(device, MostKept)}\". {asked}");
    }

    private static string Seconds(TimeSpan time) =>
        time == TimeSpan.MinValue ? "no length of time" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

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
