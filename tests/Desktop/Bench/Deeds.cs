using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Bench;

/// <summary>What people do to phones by other means than the window that is looked at.</summary>
internal static class Deeds
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Reads the identity items and keeps them.</summary>
    public static async Task<Job> BackUpAsync(this AgentClient client, string device, uint last = 1000)
    {
        StartDumpRequest request = new() { Device = device, Ranges = { new NvRange { First = 0, Last = last } }, Slots = { 1 }, SaveSnapshot = true };
        string job = (await client.StartDumpAsync(request, Ct)).Job.Name;
        Job ended = await client.WaitJobAsync(job, null, Ct);
        Assert.Equal(JobState.Succeeded, ended.State);
        return ended;
    }

    /// <summary>Takes a lease, restores SIM 1 from a label, and gives the lease back.</summary>
    /// <returns>The receipt.</returns>
    /// <exception cref="AgentException">It was refused, or did not end well.</exception>
    public static async Task<WriteReceipt> RestoreAsync(this AgentClient client, string device, string label)
    {
        Lease lease = await client.TakeAsync(device, "restore by the test");
        try
        {
            WriteReceipt? receipt = null;
            await foreach (WriteImeiResponse told in client.WriteImeiAsync(Order(device, label, lease), Ct))
                receipt = told.Receipt ?? receipt;
            return receipt!;
        }
        finally
        {
            await client.ReleaseLeaseAsync(new ReleaseLeaseRequest { Device = lease.Device, FencingToken = lease.FencingToken }, Ct);
        }
    }

    /// <summary>Takes a lease for ten minutes: longer than any test.</summary>
    public static async Task<Lease> TakeAsync(this AgentClient client, string device, string purpose) => (await client.AcquireLeaseAsync(
        new AcquireLeaseRequest { Device = device, Purpose = purpose, RequestId = Guid.NewGuid().ToString(), Ttl = new() { Seconds = 600 } }, Ct)).Lease;

    /// <summary>A restore of SIM 1.</summary>
    public static WriteImeiRequest Order(string device, string label, Lease lease) => new()
    {
        Device = device,
        Slot = 1,
        Label = label,
        Reason = "Ticket 4711: label on the box",
        Evidence = "Photo 1 of ticket 4711",
        RequestId = Guid.NewGuid().ToString(),
        FencingToken = lease.FencingToken,
    };
}
