using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>Two clients want one phone: whoever comes second hears who has it, from where, what for, until when, and when to ask again.</summary>
public class BusyCallsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_that_another_holds_is_told_with_holder_and_time()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        using X509Certificate2 bench3 = await station.PairAsync("bench-3", Role.Supervisor);
        var leases = new LeaseService.LeaseServiceClient(station.Connect(bench3));
        AcquireLeaseRequest order = new() { Device = phone.Host.Path, Purpose = "ticket 4711 of 356938035643809", RequestId = Guid.NewGuid().ToString() };
        Lease held = (await leases.AcquireLeaseAsync(order, cancellationToken: Ct)).Lease;

        RpcException busy = await Assert.ThrowsAsync<RpcException>(async () => await new LeaseService.LeaseServiceClient(station.Local).AcquireLeaseAsync(
            new AcquireLeaseRequest { Device = phone.Host.Path, Purpose = "ticket 4712", RequestId = Guid.NewGuid().ToString() }, cancellationToken: Ct));

        AssertBusy(busy, "bench-3", "127.0.0.1", "ticket 4711 of 35693803*****09");
        Assert.Equal(held.ExpireTime.ToDateTimeOffset().ToUnixTimeSeconds(), Until(busy).ToUnixTimeSeconds());
        Assert.DoesNotContain("356938035643809", busy.ToString(), StringComparison.Ordinal);
        // What was asked is on record, and why it was not given.
        ListAuditResponse audit = await new AuditService.AuditServiceClient(station.Local).ListAuditAsync(new() { Device = held.Device }, cancellationToken: Ct);
        AuditRow refused = audit.Rows[0];
        Assert.Equal(
            ("acquire-lease", "refused: DEVICE_BUSY", $"local:{Environment.UserName}", "local", held.Device), (refused.Action, refused.Outcome, refused.Operator, refused.Station, refused.Device));
        Assert.Equal("Wait 0 s, 30 s at a time. Purpose: ticket 4712", refused.Detail);
        Assert.Matches("^[0-9a-f]{32}$", refused.TraceId);
    }

    [Fact]
    public async Task While_a_restore_runs_no_other_begins_is_checked_or_takes_the_phone_away()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        using X509Certificate2 bench3 = await station.PairAsync("bench-3", Role.Supervisor), bench4 = await station.PairAsync("bench-4", Role.Supervisor);
        Grpc.Net.Client.GrpcChannel first = station.Connect(bench3), second = station.Connect(bench4);
        HeldReply write = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        WriteImeiRequest request = await AgentUnderTest.LeasedAsync(first, Restore(phone.Host.Path));
        using AsyncServerStreamingCall<WriteImeiResponse> running = new ImeiService.ImeiServiceClient(first).WriteImei(request, cancellationToken: Ct);
        await write.Reached.WaitAsync(Eventually.Deadline, Ct);

        WriteImeiRequest again = Restore(phone.Host.Path), check = Restore(phone.Host.Path);
        (again.FencingToken, check.ValidateOnly) = (request.FencingToken, true);
        RpcException[] refused =
        [
            await RefusedAsync(first, again),
            await RefusedAsync(second, check),
            await Assert.ThrowsAsync<RpcException>(async () => await new LeaseService.LeaseServiceClient(second).AcquireLeaseAsync(
                new AcquireLeaseRequest { Device = phone.Host.Path, Purpose = "ticket 4712", RequestId = Guid.NewGuid().ToString() }, cancellationToken: Ct)),
            await Assert.ThrowsAsync<RpcException>(async () => await new LeaseService.LeaseServiceClient(second).StealLeaseAsync(
                new StealLeaseRequest { Device = phone.Host.Path, Reason = "a customer waits", RequestId = Guid.NewGuid().ToString() }, cancellationToken: Ct)),
        ];
        write.Release();
        List<WriteImeiResponse> told = await running.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);

        Assert.All(refused, e => AssertBusy(e, "bench-3", "127.0.0.1", "ticket 4711"));
        // All four tell the same moment: the end of the lease by which it is written.
        Assert.Single(refused.Select(Until).Distinct());
        Assert.Equal(WriteOutcome.Applied, told[^1].Receipt.Outcome);
        Assert.Equal(1, phone.Phone.Counters.NvWritesReceived);
    }

    private static void AssertBusy(RpcException busy, string holder, string station, string purpose)
    {
        ErrorInfo info = busy.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal((StatusCode.FailedPrecondition, "DEVICE_BUSY"), (busy.StatusCode, info.Reason));
        Assert.Equal((holder, station, purpose), (info.Metadata["holder"], info.Metadata["station"], info.Metadata["purpose"]));
        RetryInfo retry = busy.GetRpcStatus()!.GetDetail<RetryInfo>()!;
        Assert.InRange(retry.RetryDelay.ToTimeSpan(), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
    }

    private static DateTimeOffset Until(RpcException busy) => DateTimeOffset.ParseExact(
        busy.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["until"], "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static Task<RpcException> RefusedAsync(Grpc.Net.Client.GrpcChannel channel, WriteImeiRequest request) => Assert.ThrowsAsync<RpcException>(async () =>
    {
        using AsyncServerStreamingCall<WriteImeiResponse> call = new ImeiService.ImeiServiceClient(channel).WriteImei(request, cancellationToken: Ct);
        await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);
    });

    private static WriteImeiRequest Restore(string device) => new()
    {
        Device = device,
        Label = "356938035643809",
        Reason = "ticket 4711",
        Evidence = "photo of the label",
        // A terminal without a link has another number after a restart, and its old one belongs to somebody else.
        NoRestart = true,
        RequestId = Guid.NewGuid().ToString(),
    };
}
