using Grpc.Core;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;
using Event = ImeiAgent.V1.WatchDevicesResponse.EventOneofCase;

namespace ImeiAgent.Integration.Agent;

/// <summary>WatchDevices over gRPC: what is there, a barrier, then who holds a phone, jobs, and a cable that is pulled.</summary>
public sealed class WatchCallsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_is_told_of_phones_leases_and_jobs_as_they_change()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        Lease lease = (await agent.Leases.AcquireLeaseAsync(new() { Purpose = "ticket 4711", RequestId = Guid.NewGuid().ToString() }, cancellationToken: Ct)).Lease;
        using AsyncServerStreamingCall<WatchDevicesResponse> watch = new WatchService.WatchServiceClient(agent.Channel).WatchDevices(new(), cancellationToken: Ct);
        List<WatchDevicesResponse> told = [];

        // What is there, then the barrier.
        await NextAsync(Event.Barrier);
        Device first = Assert.Single(told, n => n.EventCase == Event.Device).Device;
        Assert.Equal((lease.Device, DeviceState.Ready, "ticket 4711", lease.FencingToken), (first.Name, first.State, first.Lease.Purpose, first.Lease.FencingToken));
        Assert.All(first.ImeiSlots, slot => Assert.Contains("*****", slot.Imei, StringComparison.Ordinal));

        // Then changes: a phone that is given back, a job from its beginning to its end, a phone that is unplugged.
        await agent.Leases.ReleaseLeaseAsync(new() { Device = lease.Device, FencingToken = lease.FencingToken }, cancellationToken: Ct);
        Assert.Null((await NextAsync(Event.Device)).Device.Lease);
        StartDumpResponse dump = await agent.Jobs.StartDumpAsync(new() { Device = lease.Device, Ranges = { new NvRange { First = 0, Last = 2000 } } }, cancellationToken: Ct);
        WatchDevicesResponse job;
        do
            job = await NextAsync(Event.Job);
        while (job.Job.State == JobState.Running);
        Assert.Equal((dump.Job.Name, JobState.Succeeded, 2001u), (job.Job.Name, job.Job.State, job.Job.Progress.Done));
        phone.Host.Unplug();
        Device gone = (await NextAsync(Event.Device)).Device;
        Assert.Equal((lease.Device, DeviceState.Disconnected), (gone.Name, gone.State));
        Assert.Equal(told.Select(n => n.Revision).Order(), told.Select(n => n.Revision));

        async Task<WatchDevicesResponse> NextAsync(Event wanted)
        {
            do
            {
                Assert.True(await watch.ResponseStream.MoveNext(Ct).WaitAsync(Eventually.Deadline, Ct));
                told.Add(watch.ResponseStream.Current);
            }
            while (told[^1].EventCase != wanted);
            return told[^1];
        }
    }

    [Fact]
    public async Task Others_read_a_phone_that_somebody_holds()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        var holder = await Access.StationUnderTest.ReasonAsync(async () =>
            await agent.Leases.AcquireLeaseAsync(new() { Purpose = "ticket 4711", RequestId = Guid.NewGuid().ToString() }, cancellationToken: Ct));

        IdentifyDeviceResponse[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => agent.Devices.IdentifyDeviceAsync(new(), cancellationToken: Ct).ResponseAsync));
        ReadItemResponse item = await agent.Nv.ReadItemAsync(new() { Item = 10 }, cancellationToken: Ct);
        StartDumpResponse dump = await agent.Jobs.StartDumpAsync(new() { Ranges = { new NvRange { First = 0, Last = 500 } } }, cancellationToken: Ct);
        WaitJobResponse ended = await agent.Jobs.WaitJobAsync(new() { Name = dump.Job.Name }, cancellationToken: Ct);

        Assert.Equal("", holder);
        Assert.All(all, answer => Assert.Equal("ticket 4711", answer.Device.Lease.Purpose));
        Assert.NotNull(item.Item);
        Assert.Equal(JobState.Succeeded, ended.Job.State);
    }
}
