using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent;

/// <summary>The contract over a real socket, with phones on pseudo-terminals.</summary>
public class AgentCallsTests
{
    private static CancellationToken Ct => AgentUnderTest.Ct;

    [Fact]
    public async Task A_phone_is_listed_identified_and_its_imei_masked_unless_asked_for()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);

        IdentifyDeviceResponse masked = await agent.Devices.IdentifyDeviceAsync(new(), cancellationToken: Ct);
        IdentifyDeviceResponse shown = await agent.Devices.IdentifyDeviceAsync(new() { RevealImei = true }, cancellationToken: Ct);
        ListDevicesResponse list = await agent.Devices.ListDevicesAsync(new(), cancellationToken: Ct);

        Assert.Equal((DeviceState.Ready, phone.Host.Path), (masked.Device.State, masked.Device.Port));
        Assert.True(masked.SecondSimReachable);
        Assert.Equal(["35693803*****09", "49015420*****18"], masked.Device.ImeiSlots.Select(s => s.Imei));
        Assert.Equal(["356938035643809", "490154203237518"], shown.Device.ImeiSlots.Select(s => s.Imei));
        Assert.All(Assert.Single(list.Devices).ImeiSlots, s => Assert.Contains("*****", s.Imei, StringComparison.Ordinal));
        Assert.Equal(phone.Phone.Meid, masked.Device.Identity.Meid);
    }

    [Fact]
    public async Task A_full_dump_of_both_sims_equals_what_the_phone_holds()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty(quirks: "split=0.01,unsolicited=0.02");
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        var request = new ReadRangeRequest { Ranges = { new NvRange { First = 0, Last = 65535 } }, Slots = { 1, 2 }, SaveSnapshot = true };

        var seen = new Dictionary<(uint, uint), NvItem>();
        ReadSummary? summary = null;
        using AsyncServerStreamingCall<ReadRangeResponse> call = agent.Nv.ReadRange(request, cancellationToken: Ct);
        await foreach (ReadRangeResponse told in call.ResponseStream.ReadAllAsync(Ct))
        {
            foreach (NvItem item in told.Batch?.Items ?? [])
                Assert.True(seen.TryAdd((item.Slot, item.Item), item));
            Assert.InRange(told.CalculateSize(), 1, 40 * 1024);
            summary = told.Summary ?? summary;
        }

        Assert.Equal((131072u, 0u), (summary!.Total, summary.Failed));
        Assert.Equal(131072, seen.Count);
        for (int slot = 1; slot <= 2; slot++)
            for (int item = 0; item <= 65535; item++)
                AssertEqual(phone.Phone.Truth(slot, item), seen[((uint)slot, (uint)item)]);
        GetSnapshotResponse kept = await agent.Snapshots.GetSnapshotAsync(new() { Name = summary.Snapshot }, cancellationToken: Ct);
        Assert.Equal((summary.Sha256, 131072u, summary.Active), (kept.Snapshot.Sha256, kept.Snapshot.Items, kept.Snapshot.Active));
    }

    [Fact]
    public async Task A_lost_imei_is_restored_and_the_same_request_returns_the_stored_receipt()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", link: folder.File("phone"));
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        WriteImeiRequest request = await AgentUnderTest.LeasedAsync(agent.Channel, Restore("356938/03/564380/9 01"));
        request.NoRestart = false;

        List<WriteImeiResponse> first = await WriteAsync(agent, request);
        List<WriteImeiResponse> again = await WriteAsync(agent, request);

        Assert.Equal(
            [WritePhase.Checked, WritePhase.BackedUp, WritePhase.Intent, WritePhase.Sent, WritePhase.ReadBack, WritePhase.Reset, WritePhase.ReRead, WritePhase.Closed],
            first.Where(m => m.Progress is not null).Select(m => m.Progress.Phase));
        WriteReceipt receipt = first[^1].Receipt;
        Assert.Equal((WriteOutcome.Applied, "35693803*****09", ""), (receipt.Outcome, receipt.NewImei, receipt.ErrorReason));
        Assert.Equal($"local:{Environment.UserName}", receipt.Operator);
        Assert.Equal(("photo of the label", true, "", ""), (receipt.Evidence, receipt.Restarted, receipt.ApprovedBy, receipt.SettledBy));
        Assert.Matches("^[0-9a-f]{64}$", receipt.Sha256);
        Assert.Matches("^[0-9a-f]{32}$", receipt.TraceId);
        Assert.True(phone.Phone.TryGet(1, 550, out var held));
        Assert.Equal("083A65390853468390", Convert.ToHexString(held.Bytes[..9]));
        WriteReceipt replayed = Assert.Single(again).Receipt;
        Assert.True(replayed.Replayed);
        Assert.Equal((receipt.Journal, receipt.BackupSnapshot, receipt.Sha256), (replayed.Journal, replayed.BackupSnapshot, replayed.Sha256));
        Assert.Equal(1, phone.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_restore_outlives_the_call_that_asked_for_it()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        HeldReply write = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        WriteImeiRequest request = await AgentUnderTest.LeasedAsync(agent.Channel, Restore("356938035643809"));
        using (AsyncServerStreamingCall<WriteImeiResponse> call = agent.Imei.WriteImei(request, cancellationToken: Ct))
        {
            Assert.True(await call.ResponseStream.MoveNext(Ct));
            await write.Reached.WaitAsync(Eventually.Deadline, Ct);
        }
        write.Release();

        List<WriteImeiResponse> again = await WriteAsync(agent, request);

        Assert.Equal((WriteOutcome.Applied, true), (again[^1].Receipt.Outcome, again[^1].Receipt.Replayed));
        Assert.Equal(1, phone.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_restore_that_failed_gives_its_receipt_and_then_the_status()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-spc-locked");
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        WriteImeiRequest request = await AgentUnderTest.LeasedAsync(agent.Channel, Restore("356938035643809"));
        using AsyncServerStreamingCall<WriteImeiResponse> call = agent.Imei.WriteImei(request, cancellationToken: Ct);
        var told = new List<WriteImeiResponse>();

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (WriteImeiResponse message in call.ResponseStream.ReadAllAsync(Ct))
                told.Add(message);
        });

        Assert.Equal((WriteOutcome.Refused, "SPC_REQUIRED"), (told[^1].Receipt.Outcome, told[^1].Receipt.ErrorReason));
        Assert.Equal("SPC_REQUIRED", Info(failure).Reason);
    }

    [Fact]
    public async Task Every_error_carries_its_reason()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy"), exynos = Phones.OnPty("exynos");
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path, exynos.Host.Path, "/dev/none");
        string device = (await agent.Devices.IdentifyDeviceAsync(new() { Device = phone.Host.Path }, cancellationToken: Ct)).Device.Name;
        var reads = agent.Nv;

        await AssertFailsAsync(StatusCode.NotFound, "DEVICE_NOT_FOUND", () => reads.ReadItemAsync(new() { Device = "nobody" }));
        await AssertFailsAsync(StatusCode.FailedPrecondition, "NOT_A_DIAG_PORT", () => reads.ReadItemAsync(new() { Device = exynos.Host.Path }));
        await AssertFailsAsync(StatusCode.Unavailable, "PORT_UNAVAILABLE", () => reads.ReadItemAsync(new() { Device = "/dev/none" }));
        await AssertFailsAsync(StatusCode.InvalidArgument, "ARGUMENT_INVALID", () => reads.ReadItemAsync(new() { Device = device, Item = 65536 }), "item");
        await AssertFailsAsync(StatusCode.InvalidArgument, "ARGUMENT_INVALID", () => reads.ReadItemAsync(new() { Device = device, Slot = 4_000_000_000 }), "slot");
        await AssertFailsAsync(StatusCode.NotFound, "SNAPSHOT_NOT_FOUND", () => agent.Snapshots.GetSnapshotAsync(new() { Name = "snapshots/x" }));
        await AssertFailsAsync(StatusCode.InvalidArgument, "ARGUMENT_INVALID", () => agent.Snapshots.ListSnapshotsAsync(new() { PageSize = -1 }), "page_size");
        await AssertRestoreFailsAsync(agent, StatusCode.InvalidArgument, "IMEI_INVALID", Restore("355167055587819", device), "label");
        await AssertRestoreFailsAsync(agent, StatusCode.FailedPrecondition, "LEASE_REQUIRED", Restore("490154203237518", device));
        await AssertRestoreFailsAsync(agent, StatusCode.FailedPrecondition, "IMEI_IN_USE", await AgentUnderTest.LeasedAsync(agent.Channel, Restore("490154203237518", device)));
        await AssertFailsAsync(StatusCode.NotFound, "JOURNAL_NOT_FOUND", () => agent.Journal.GetJournalEntryAsync(new() { Name = "journal/17" }));
        await AssertFailsAsync(StatusCode.NotFound, "APPROVAL_NOT_FOUND", () => agent.Approvals.ApproveWriteAsync(new() { RequestId = "x", Reason = "why not" }));
        await AssertRestoreFailsAsync(agent, StatusCode.InvalidArgument, "ARGUMENT_INVALID", new WriteImeiRequest { Device = device }, "source");
        Assert.Equal(0, phone.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_backup_goes_out_as_a_file_and_comes_back_as_a_snapshot()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        var request = new ReadRangeRequest { Ranges = { new NvRange { First = 0, Last = 2000 } }, OmitItems = true, SaveSnapshot = true };
        string snapshot = "";
        using (AsyncServerStreamingCall<ReadRangeResponse> dump = agent.Nv.ReadRange(request, cancellationToken: Ct))
            await foreach (ReadRangeResponse told in dump.ResponseStream.ReadAllAsync(Ct))
                snapshot = told.Summary?.Snapshot ?? snapshot;

        using var file = new MemoryStream();
        using (AsyncServerStreamingCall<ExportSnapshotResponse> export = agent.Snapshots.ExportSnapshot(
            new() { Name = snapshot, Format = SnapshotFormat.NvText }, cancellationToken: Ct))
            await foreach (ExportSnapshotResponse piece in export.ResponseStream.ReadAllAsync(Ct))
                piece.Chunk.WriteTo(file);
        using AsyncClientStreamingCall<ImportSnapshotRequest, ImportSnapshotResponse> import = agent.Snapshots.ImportSnapshot(cancellationToken: Ct);
        foreach (byte[] chunk in file.ToArray().Chunk(10_000))
            await import.RequestStream.WriteAsync(
                new() { FileName = "old.txt", Format = SnapshotFormat.NvText, Chunk = ByteString.CopyFrom(chunk) }, Ct);
        await import.RequestStream.CompleteAsync();
        Snapshot imported = (await import).Snapshot;

        Assert.StartsWith("[NV items]\r\n", System.Text.Encoding.ASCII.GetString(file.ToArray()), StringComparison.Ordinal);
        Assert.Equal((SnapshotOrigin.Imported, phone.Phone.Meid), (imported.Origin, imported.Identity.Meid));
        Assert.Equal(("35693803*****09", ImeiSlotState.Ok), (Assert.Single(imported.ImeiSlots).Imei, imported.ImeiSlots[0].State));
        Assert.Equal(2, (await agent.Snapshots.ListSnapshotsAsync(new(), cancellationToken: Ct)).Snapshots.Count);
    }

    private static WriteImeiRequest Restore(string label, string device = "") => new()
    {
        Device = device,
        Label = label,
        Reason = "ticket 4711",
        Evidence = "photo of the label",
        // A terminal without a link has another number after a restart, and its old one belongs to somebody else.
        NoRestart = true,
        RequestId = Guid.NewGuid().ToString(),
    };

    private static async Task<List<WriteImeiResponse>> WriteAsync(AgentUnderTest agent, WriteImeiRequest request)
    {
        using AsyncServerStreamingCall<WriteImeiResponse> call = agent.Imei.WriteImei(request, cancellationToken: Ct);
        return await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);
    }

    private static Task AssertRestoreFailsAsync(AgentUnderTest agent, StatusCode code, string reason, WriteImeiRequest request, string? field = null) =>
        AssertFailsAsync(code, reason, () => WriteAsync(agent, request), field);

    private static Task AssertFailsAsync<T>(StatusCode code, string reason, Func<AsyncUnaryCall<T>> call, string? field = null) =>
        AssertFailsAsync(code, reason, async () => await call(), field);

    private static async Task AssertFailsAsync<T>(StatusCode code, string reason, Func<Task<T>> call, string? field = null)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        ErrorInfo info = Info(failure);
        Assert.Equal((code, "imeiagent", reason), (failure.StatusCode, info.Domain, info.Reason));
        Assert.Equal(field, failure.GetRpcStatus()!.GetDetail<BadRequest>()?.FieldViolations.Single().Field);
        Assert.NotEmpty(failure.Status.Detail);
    }

    private static ErrorInfo Info(RpcException failure) => failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!;

    private static void AssertEqual(Diag.Nv.NvReading truth, NvItem item)
    {
        bool same = (int)truth.Outcome == (int)item.Outcome && truth.Code == item.Status + item.Refusal
            && item.Data.Span.SequenceEqual(truth.IsActive ? truth.Data.Bytes : default);
        Assert.True(same, $"slot {truth.Slot}, item {truth.Item}: {truth.Outcome} {truth.Code}, but {item.Outcome} {item.Status + item.Refusal}");
    }
}
