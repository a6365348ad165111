using System.Security.Cryptography.X509Certificates;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Agent.Access;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>What a client may not do to the agent, and what is on record of those who try.</summary>
public class AbuseTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_guesses_is_slowed_down()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { StrangerCallsPerMinute = 6 });
        GrpcChannel channel = station.Connect(null);
        var pairing = new PairingService.PairingServiceClient(channel);

        string[] ends = new string[8];
        for (int i = 0; i < ends.Length; i++)
            ends[i] = await StationUnderTest.ReasonAsync(async () => await pairing.EnrollAsync(new EnrollRequest { Pairing = "00000000" }, cancellationToken: Ct));

        Assert.Equal(["LIMIT_EXCEEDED", "LIMIT_EXCEEDED"], ends[6..]);
        Assert.DoesNotContain("LIMIT_EXCEEDED", ends[..6]);
    }

    [Fact]
    public async Task What_no_honest_client_sends_is_refused_at_the_edge()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        var devices = new DeviceService.DeviceServiceClient(station.Local);
        var imei = new ImeiService.ImeiServiceClient(station.Local);

        foreach (string device in (string[])[new string('x', 2001), "phone\u001b[2J", "a\0b"])
            Assert.Equal("ARGUMENT_INVALID", await StationUnderTest.ReasonAsync(async () => await devices.GetDeviceAsync(new GetDeviceRequest { Device = device }, cancellationToken: Ct)));
        var request = new WriteImeiRequest { Slots = { new SlotSource { Slot = 1, Label = "3569\n38035643809" } } };
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            using AsyncServerStreamingCall<WriteImeiResponse> call = imei.WriteImei(request, cancellationToken: Ct);
            await call.ResponseStream.MoveNext(Ct);
        });

        Assert.Equal("slots.label", refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["field"]);
    }

    [Fact]
    public async Task A_client_can_have_only_so_many_calls_open()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { OpenCalls = 3, StrangerCallsPerMinute = 1000 });
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Reader);
        GrpcChannel channel = station.Connect(certificate);
        var watches = new List<AsyncServerStreamingCall<WatchDevicesResponse>>();
        for (int i = 0; i < 3; i++)
        {
            watches.Add(new WatchService.WatchServiceClient(channel).WatchDevices(new(), cancellationToken: Ct));
            Assert.True(await watches[^1].ResponseStream.MoveNext(Ct));
        }

        Assert.Equal("LIMIT_EXCEEDED", await StationUnderTest.ReasonAsync(async () => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct)));
        watches[0].Dispose();
        await Eventually.HoldsAsync(async () => await StationUnderTest.ReasonAsync(async () => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct)) == "");
        watches.ForEach(w => w.Dispose());
    }

    [Fact]
    public async Task Pairings_and_refusals_are_on_record_with_who_and_from_where()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Viewer);
        var journal = new JournalService.JournalServiceClient(station.Connect(certificate));
        for (int i = 0; i < 5; i++)
            await StationUnderTest.ReasonAsync(async () => await journal.SettleJournalEntryAsync(new SettleJournalEntryRequest { Name = "1" }, cancellationToken: Ct));

        ListAuditResponse audit = await new AuditService.AuditServiceClient(station.Local).ListAuditAsync(new(), cancellationToken: Ct);

        AuditRow refused = Assert.Single(audit.Rows, r => r.Action == "call" && r.Operator == "bench-3");
        Assert.Equal(("refused: ROLE_INSUFFICIENT", "/imeiagent.v1.JournalService/SettleJournalEntry", "127.0.0.1"), (refused.Outcome, refused.Detail, refused.Station));
        Assert.StartsWith("clients/", refused.Client, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", refused.TraceId);
        Assert.Contains(audit.Rows, r => r is { Action: "pair", Station: "local", Outcome: "invited" } && r.Detail.EndsWith("bench-3 as viewer", StringComparison.Ordinal));
        Assert.Contains(audit.Rows, r => r is { Action: "enrol", Operator: "bench-3", Station: "127.0.0.1", Outcome: "paired" });
    }

    [Fact]
    public async Task What_was_counted_of_refusals_is_on_record_when_the_agent_has_ended()
    {
        using var folder = new TemporaryFolder();
        await using (StationUnderTest station = await StationUnderTest.StartAsync(folder))
        {
            using X509Certificate2 reader = await station.PairAsync("bench-3", Role.Reader), technician = await station.PairAsync("bench-4", Role.Technician);
            var readers = new LeaseService.LeaseServiceClient(station.Connect(reader));
            var technicians = new LeaseService.LeaseServiceClient(station.Connect(technician));
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal("ROLE_INSUFFICIENT", await StationUnderTest.ReasonAsync(async () => await readers.ReleaseLeaseAsync(new() { Device = "a", FencingToken = 1 }, cancellationToken: Ct)));
                Assert.Equal("LEASE_REQUIRED", await StationUnderTest.ReasonAsync(async () => await technicians.ReleaseLeaseAsync(new() { Device = "a", FencingToken = 1 }, cancellationToken: Ct)));
            }
        }

        await using StationUnderTest next = await StationUnderTest.StartAsync(folder);
        ListAuditResponse audit = await new AuditService.AuditServiceClient(next.Local).ListAuditAsync(new(), cancellationToken: Ct);

        const string Call = "/imeiagent.v1.LeaseService/ReleaseLease", Lease = "Phone \"devices/a\". Lease 1.";
        Assert.Equal(
            [
                ("bench-3", "call", "refused: ROLE_INSUFFICIENT", Call),
                ("bench-4", "release-lease", "refused: LEASE_REQUIRED", Lease),
                ("bench-3", "call", "refused: ROLE_INSUFFICIENT", $"{Call} (4 times since the last row of this kind)"),
                ("bench-4", "release-lease", "refused: LEASE_REQUIRED", $"{Lease} (4 times since the last row of this kind)"),
            ],
            audit.Rows.Reverse().Where(r => r.Outcome.StartsWith("refused", StringComparison.Ordinal) && r.Operator != "nobody").Select(r => (r.Operator, r.Action, r.Outcome, r.Detail)));
    }
}
