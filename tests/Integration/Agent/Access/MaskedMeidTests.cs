using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>A phone whose MEID is its IMEI without the check digit: in full to whoever asks and may, and to nobody else.</summary>
public sealed class MaskedMeidTests
{
    private const string Meid = "35693803564380", Masked = "35693803*****0";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_masked_as_the_imei_is_wherever_nobody_asked_to_see_it()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        phone.Phone.Put(1, 1943, Convert.FromHexString("8043560338693500"));
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        using X509Certificate2 ofViewer = await station.PairAsync("desk-2", Role.Viewer), ofReader = await station.PairAsync("bench-3", Role.Reader);
        GrpcChannel viewer = station.Connect(ofViewer), reader = station.Connect(ofReader);
        var snapshots = new SnapshotService.SnapshotServiceClient(viewer);
        var devices = new DeviceService.DeviceServiceClient(reader);
        ReadRangeRequest dump = new() { Device = phone.Host.Path, Ranges = { new NvRange { First = 0, Last = 2000 } }, OmitItems = true, SaveSnapshot = true };
        using AsyncServerStreamingCall<ReadRangeResponse> read = new NvService.NvServiceClient(reader).ReadRange(dump, cancellationToken: Ct);
        List<ReadRangeResponse> told = await read.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);
        string snapshot = told[^1].Summary.Snapshot;

        Assert.Equal(Masked, Assert.Single((await new DeviceService.DeviceServiceClient(viewer).ListDevicesAsync(new(), cancellationToken: Ct)).Devices).Identity.Meid);
        Assert.Equal(Masked, (await new DeviceService.DeviceServiceClient(viewer).GetDeviceAsync(new() { Device = phone.Host.Path }, cancellationToken: Ct)).Device.Identity.Meid);
        Assert.Equal(Masked, (await WatchedAsync(viewer)).Identity.Meid);
        Assert.Equal(Masked, Assert.Single((await new JobService.JobServiceClient(viewer).ListJobsAsync(new(), cancellationToken: Ct)).Jobs).Identity.Meid);
        Assert.Equal(Masked, told.First(one => one.Header is not null).Header.Device.Identity.Meid);
        Assert.Equal(Masked, (await snapshots.GetSnapshotAsync(new() { Name = snapshot }, cancellationToken: Ct)).Snapshot.Identity.Meid);
        Assert.Equal(Masked, Assert.Single((await snapshots.ListSnapshotsAsync(new(), cancellationToken: Ct)).Snapshots).Identity.Meid);
        Assert.Equal(Masked, (await devices.IdentifyDeviceAsync(new() { Device = phone.Host.Path }, cancellationToken: Ct)).Device.Identity.Meid);

        // In full for whoever asks and may, which is on record.
        Assert.Equal("ROLE_INSUFFICIENT", await StationUnderTest.ReasonAsync(async () =>
            await snapshots.GetSnapshotAsync(new() { Name = snapshot, RevealImei = true }, cancellationToken: Ct)));
        Assert.Equal(Meid, (await devices.IdentifyDeviceAsync(new() { Device = phone.Host.Path, RevealImei = true }, cancellationToken: Ct)).Device.Identity.Meid);
        Assert.Equal(Meid, (await new SnapshotService.SnapshotServiceClient(reader)
            .GetSnapshotAsync(new() { Name = snapshot, RevealImei = true }, cancellationToken: Ct)).Snapshot.Identity.Meid);
        AuditRow[] rows = [.. (await new AuditService.AuditServiceClient(station.Local).ListAuditAsync(new(), cancellationToken: Ct)).Rows.Reverse()];
        Assert.Equal(
            [("bench-3", "/imeiagent.v1.DeviceService/IdentifyDevice"), ("bench-3", $"/imeiagent.v1.SnapshotService/GetSnapshot {snapshot}")],
            rows.Where(row => row.Action == "reveal-imei").Select(row => (row.Operator, row.Detail)));
        // What was revealed to one is masked for the next.
        Assert.Equal(Masked, Assert.Single((await new DeviceService.DeviceServiceClient(viewer).ListDevicesAsync(new(), cancellationToken: Ct)).Devices).Identity.Meid);
    }

    private static async Task<Device> WatchedAsync(GrpcChannel channel)
    {
        using AsyncServerStreamingCall<WatchDevicesResponse> watch = new WatchService.WatchServiceClient(channel).WatchDevices(new(), cancellationToken: Ct);
        while (await watch.ResponseStream.MoveNext(Ct).WaitAsync(Eventually.Deadline, Ct))
        {
            if (watch.ResponseStream.Current.EventCase == WatchDevicesResponse.EventOneofCase.Device)
                return watch.ResponseStream.Current.Device;
        }
        throw new InvalidOperationException("The watch told of no phone.");
    }
}
