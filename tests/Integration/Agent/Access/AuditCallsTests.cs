using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Client;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>What the audit says of calls over the network: the caller's own trace, who and from where; and numbers only to whom asks and may.</summary>
public sealed class AuditCallsTests
{
    private const string Label = "356938035643809";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_row_has_the_trace_id_that_the_caller_gave_its_call()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Technician);
        GrpcChannel channel = station.Connect(certificate);
        var leases = new LeaseService.LeaseServiceClient(channel);

        AcquireLeaseRequest order = new() { Device = phone.Host.Path, Purpose = "ticket 4711", RequestId = Guid.NewGuid().ToString() };
        Lease lease = (await leases.AcquireLeaseAsync(order, Trace(1))).Lease;
        Assert.Equal("DEVICE_BUSY", await StationUnderTest.ReasonAsync(async () =>
            await leases.AcquireLeaseAsync(new(order) { RequestId = Guid.NewGuid().ToString() }, Trace(2))));
        WriteReceipt receipt = await RestoreAsync(channel, lease, Trace(3).Headers!);
        await leases.ReleaseLeaseAsync(new() { Device = lease.Device, FencingToken = lease.FencingToken }, Trace(4));
        Assert.Equal("ROLE_INSUFFICIENT", await StationUnderTest.ReasonAsync(async () =>
            await new ApprovalService.ApprovalServiceClient(channel).ApproveWriteAsync(new() { RequestId = "1" }, Trace(5))));
        Assert.Equal("APPROVAL_NOT_FOUND", await StationUnderTest.ReasonAsync(async () =>
            await new ApprovalService.ApprovalServiceClient(station.Local).ApproveWriteAsync(new() { RequestId = "1", Reason = "seen the box" }, Trace(6))));
        await new PairingService.PairingServiceClient(station.Local).CreatePairingAsync(new() { Name = "bench-4", Role = Role.Viewer }, Trace(7));
        using AsyncServerStreamingCall<ExportAuditResponse> export = new AuditService.AuditServiceClient(station.Local).ExportAudit(new(), Trace(8));
        AuditRow[] rows = [.. (await export.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct)).SelectMany(page => page.Rows)];

        string here = $"local:{Environment.UserName}";
        Assert.Equal(
            [
                (Id(1), "bench-3", "127.0.0.1", "acquire-lease", "acquired"),
                (Id(2), "bench-3", "127.0.0.1", "acquire-lease", "refused: DEVICE_BUSY"),
                (Id(3), "bench-3", "127.0.0.1", "restore-imei", "applied"),
                (Id(4), "bench-3", "127.0.0.1", "release-lease", "released"),
                (Id(5), "bench-3", "127.0.0.1", "call", "refused: ROLE_INSUFFICIENT"),
                (Id(6), here, "local", "call", "refused: APPROVAL_NOT_FOUND"),
                (Id(7), here, "local", "pair", "invited"),
                (Id(8), here, "local", "export-audit", "asked"),
            ],
            rows.Where(r => r.TraceId.StartsWith("4bf92f3577b34da6", StringComparison.Ordinal)).Select(r => (r.TraceId, r.Operator, r.Station, r.Action, r.Outcome)));
        Assert.Equal(Id(3), receipt.TraceId);
        Assert.All(rows.Where(r => r.Operator == "bench-3"), r => Assert.StartsWith("clients/", r.Client, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_span_that_is_open_in_the_client_is_the_trace_of_its_calls_and_without_one_each_call_has_its_own()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(agent.Endpoint));
        string trace;
        using (Activity span = new Activity("restore").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            trace = span.TraceId.ToHexString();
            Lease lease = await TakeAsync(client);
            await client.ReleaseLeaseAsync(new() { Device = lease.Device, FencingToken = lease.FencingToken }, Ct);
        }
        Lease other = await TakeAsync(client);
        // No trace at all, and what is none by the standard.
        foreach (string none in (string[])["00-00000000000000000000000000000000-00f067aa0ba902b7-01", "35693803564380", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"])
            Assert.Equal("LEASE_REQUIRED", await StationUnderTest.ReasonAsync(async () => await agent.Leases.RenewLeaseAsync(
                new() { Device = other.Device, FencingToken = other.FencingToken + 1 }, new Metadata { { "traceparent", none } }, cancellationToken: Ct)));

        ListAuditResponse audit = await client.ListAuditAsync(new ListAuditRequest(), Ct);

        AuditRow[] rows = [.. audit.Rows.Reverse()];
        Assert.Equal(["acquire-lease", "release-lease", "acquire-lease", "renew-lease"], rows.Select(r => r.Action));
        Assert.Equal([trace, trace], rows[..2].Select(r => r.TraceId));
        Assert.All(rows[2..], r => Assert.Matches("^(?!0{32})[0-9a-f]{32}$", r.TraceId));
        Assert.Equal(3, rows.Select(r => r.TraceId).Distinct().Count());
    }

    [Fact]
    public async Task Old_and_new_numbers_are_masked_unless_a_supervisor_asks_which_is_on_record()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        using X509Certificate2 technician = await station.PairAsync("bench-3", Role.Technician), supervisor = await station.PairAsync("boss", Role.Supervisor);
        GrpcChannel channel = station.Connect(technician);
        Lease lease = (await new LeaseService.LeaseServiceClient(channel).AcquireLeaseAsync(
            new() { Device = phone.Host.Path, Purpose = "ticket 4711", RequestId = Guid.NewGuid().ToString() }, cancellationToken: Ct)).Lease;
        await RestoreAsync(channel, lease, new Metadata());
        var boss = new AuditService.AuditServiceClient(station.Connect(supervisor));

        ListAuditResponse masked = await boss.ListAuditAsync(new(), cancellationToken: Ct);
        ListAuditResponse shown = await boss.ListAuditAsync(new() { RevealImei = true }, cancellationToken: Ct);
        using AsyncServerStreamingCall<ExportAuditResponse> export = boss.ExportAudit(new(), cancellationToken: Ct);
        string exported = string.Concat((await export.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct)).Select(page => page.ToString()));

        Assert.Equal("35693803*****09", Numbers(masked).NewImei);
        Assert.Equal(("", Label), (Numbers(shown).OldImei, Numbers(shown).NewImei));
        Assert.DoesNotContain(Label, masked.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Label, exported, StringComparison.Ordinal);
        Assert.Contains("\"action\": \"reveal-audit\"", exported, StringComparison.Ordinal);
        var others = new AuditService.AuditServiceClient(channel);
        Assert.Equal("ROLE_INSUFFICIENT", await StationUnderTest.ReasonAsync(async () => await others.ListAuditAsync(new() { RevealImei = true }, cancellationToken: Ct)));

        static AuditNumber Numbers(ListAuditResponse audit) => Assert.Single(Assert.Single(audit.Rows, r => r is { Action: "restore-imei", Outcome: "applied" }).Numbers);
    }

    [Fact]
    public async Task Whoever_asks_to_see_a_number_is_on_record_and_whoever_may_not_is_as_refused()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        using X509Certificate2 reader = await station.PairAsync("desk-2", Role.Reader);
        GrpcChannel channel = station.Connect(reader);
        var imeis = new ImeiService.ImeiServiceClient(channel);
        var snapshots = new SnapshotService.SnapshotServiceClient(channel);
        var journal = new JournalService.JournalServiceClient(channel);

        await imeis.ReadImeiAsync(new() { Device = phone.Host.Path }, cancellationToken: Ct);
        await imeis.ReadImeiAsync(new() { Device = phone.Host.Path, RevealImei = true }, cancellationToken: Ct);
        await new NvService.NvServiceClient(channel).ReadItemAsync(new() { Device = phone.Host.Path, Item = 550, RevealImei = true }, cancellationToken: Ct);
        Assert.Equal("SNAPSHOT_NOT_FOUND", await StationUnderTest.ReasonAsync(async () =>
            await snapshots.GetSnapshotAsync(new() { Name = $"snapshots/{Label}", RevealImei = true }, cancellationToken: Ct)));
        Assert.Equal("ROLE_INSUFFICIENT", await StationUnderTest.ReasonAsync(async () => await journal.ListJournalAsync(new() { RevealImei = true }, cancellationToken: Ct)));
        await new JournalService.JournalServiceClient(station.Local).ListJournalAsync(new() { RevealImei = true }, cancellationToken: Ct);

        AuditRow[] rows = [.. (await new AuditService.AuditServiceClient(station.Local).ListAuditAsync(new(), cancellationToken: Ct)).Rows.Reverse()];
        string device = (await new DeviceService.DeviceServiceClient(channel).GetDeviceAsync(new() { Device = phone.Host.Path }, cancellationToken: Ct)).Device.Name;
        Assert.Equal(
            [
                ("desk-2", device, "reveal-imei", "asked", "/imeiagent.v1.ImeiService/ReadImei"),
                ("desk-2", device, "reveal-imei", "asked", "/imeiagent.v1.NvService/ReadItem"),
                ("desk-2", "", "reveal-imei", "asked", "/imeiagent.v1.SnapshotService/GetSnapshot snapshots/35693803*****09"),
                ("desk-2", "", "call", "refused: ROLE_INSUFFICIENT", "/imeiagent.v1.JournalService/ListJournal"),
                ($"local:{Environment.UserName}", "", "reveal-imei", "asked", "/imeiagent.v1.JournalService/ListJournal"),
            ],
            rows.Where(r => r.Operator != "nobody" && r.Action is ("reveal-imei" or "call")).Select(r => (r.Operator, r.Device, r.Action, r.Outcome, r.Detail)));
    }

    private static async Task<Lease> TakeAsync(AgentClient client) =>
        (await client.AcquireLeaseAsync(new AcquireLeaseRequest { Purpose = "ticket 4711", RequestId = Guid.NewGuid().ToString() }, Ct)).Lease;

    private static async Task<WriteReceipt> RestoreAsync(GrpcChannel channel, Lease lease, Metadata headers)
    {
        WriteImeiRequest request = new()
        {
            Device = lease.Device,
            Label = Label,
            Reason = "ticket 4711",
            Evidence = "photo 1",
            RequestId = Guid.NewGuid().ToString(),
            FencingToken = lease.FencingToken,
            // A terminal without a link has another number after a restart.
            NoRestart = true,
        };
        using AsyncServerStreamingCall<WriteImeiResponse> call = new ImeiService.ImeiServiceClient(channel).WriteImei(request, headers, cancellationToken: Ct);
        return (await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct))[^1].Receipt;
    }

    private static string Id(int call) => $"4bf92f3577b34da6a3ce929d0e0e473{call}";

    private static CallOptions Trace(int call) => new(new Metadata { { "traceparent", $"00-{Id(call)}-00f067aa0ba902b7-01" } }, cancellationToken: Ct);
}
