using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Integration.Agent.Access;
using ImeiAgent.Integration.Telemetry;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;
using Event = ImeiAgent.V1.WatchDevicesResponse.EventOneofCase;

namespace ImeiAgent.Integration.Agent;

/// <summary>WatchDevices over gRPC: restores that wait for a second person, and those that are not settled.</summary>
public sealed class WatchAttentionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_viewer_is_told_that_a_refused_restore_waits_for_approval_until_a_supervisor_approves_it()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        // A number of its own, which nobody writes over alone.
        phone.Phone.Put(1, 550, Convert.FromHexString("084A09512430325781"));
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        GrpcChannel supervisor = station.Connect(await station.PairAsync("boss", Role.Supervisor));
        GrpcChannel viewer = station.Connect(await station.PairAsync("screen", Role.Viewer));
        using var watch = new Watcher(viewer);
        Assert.Equal((0u, 0u), await watch.BeginAsync());
        var imei = new ImeiService.ImeiServiceClient(station.Local);
        WriteImeiRequest request = await AgentUnderTest.LeasedAsync(station.Local, Restoring.Order(""));

        Assert.Equal("IMEI_INTACT", await StationUnderTest.ReasonAsync(() => ReadAsync(imei.WriteImei(request, cancellationToken: Ct))));
        Assert.Equal((1u, 0u), await watch.NextAsync());
        ListApprovalsResponse asked = await new ApprovalService.ApprovalServiceClient(viewer).ListApprovalsAsync(new() { PendingOnly = true }, cancellationToken: Ct);
        Assert.Equal(request.RequestId, Assert.Single(asked.Approvals).RequestId);

        await new ApprovalService.ApprovalServiceClient(supervisor).ApproveWriteAsync(new() { RequestId = request.RequestId, Reason = "seen the box" }, cancellationToken: Ct);
        Assert.Equal((0u, 0u), await watch.NextAsync());

        // Carried out: open while the phone is written, and not any more when the receipt is there.
        HeldReply write = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<List<WriteImeiResponse>> restore = ReadAsync(imei.WriteImei(request, cancellationToken: Ct));
        await write.Reached.WaitAsync(Eventually.Deadline, Ct);
        Assert.Equal((0u, 1u), await watch.NextAsync());
        write.Release();
        Assert.Equal(WriteOutcome.Applied, (await restore)[^1].Receipt.Outcome);
        await watch.UntilAsync((0, 0));
        Assert.Equal(watch.Changes.Distinct().Order(), watch.Changes);
    }

    [Fact]
    public async Task A_restore_that_its_agent_did_not_live_to_end_is_told_by_the_next_until_the_phone_comes_back()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", link: folder.File("phone"));
        await using (TellingAgent first = await TellingAgent.StartAsync(folder, [phone.Host.Path]))
        {
            using var before = new Watcher(first.Channel);
            Assert.Equal((0u, 0u), await before.BeginAsync());
            HeldReply write = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
            Task<string> restore = StationUnderTest.ReasonAsync(async () => await Restoring.LeasedAsync(first.Channel, await first.PhoneAsync(), new CallOptions(cancellationToken: Ct)));
            await write.Reached.WaitAsync(Eventually.Deadline, Ct);
            Assert.Equal((0u, 1u), await before.NextAsync());
            phone.Host.Unplug();
            await first.DisposeAsync();
            Assert.NotEqual("", await restore);
        }

        await using TellingAgent second = await TellingAgent.StartAsync(folder, [phone.Host.Path]);
        using var watch = new Watcher(second.Channel);
        Assert.Equal((0u, 1u), await watch.BeginAsync());
        Assert.Single((await new JournalService.JournalServiceClient(second.Channel).ListJournalAsync(new() { OpenOnly = true }, cancellationToken: Ct)).Entries);
        phone.Host.Replug();

        await watch.UntilAsync((0, 0));
        Assert.Empty((await new JournalService.JournalServiceClient(second.Channel).ListJournalAsync(new() { OpenOnly = true }, cancellationToken: Ct)).Entries);
    }

    private static async Task<List<WriteImeiResponse>> ReadAsync(AsyncServerStreamingCall<WriteImeiResponse> call)
    {
        using (call)
            return await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);
    }

    /// <summary>Somebody who watches, and looks at what waits only.</summary>
    private sealed class Watcher(GrpcChannel channel) : IDisposable
    {
        private readonly AsyncServerStreamingCall<WatchDevicesResponse> _call = new WatchService.WatchServiceClient(channel).WatchDevices(new(), cancellationToken: Ct);
        private (uint, uint)? _last;

        /// <summary>The changes it was told of.</summary>
        public List<ulong> Changes { get; } = [];

        /// <summary>What is there when the watch begins: told once, before the barrier.</summary>
        public async Task<(uint Pending, uint Open)> BeginAsync()
        {
            List<(uint, uint)> told = [];
            while (await MessageAsync() is { EventCase: not Event.Barrier } message)
                if (message.EventCase == Event.Attention)
                    told.Add(Counts(message.Attention));
            return Assert.Single(told);
        }

        /// <summary>The next that differ; a row that only moves on is left out.</summary>
        public async Task<(uint Pending, uint Open)> NextAsync()
        {
            (uint, uint)? before = _last;
            while (true)
                if (await MessageAsync() is { EventCase: Event.Attention } message && Counts(message.Attention) is var now && now != before)
                    return now;
        }

        /// <summary>Reads until the counts are these.</summary>
        public async Task UntilAsync((uint Pending, uint Open) wanted)
        {
            while (_last != wanted)
                await NextAsync();
        }

        public void Dispose() => _call.Dispose();

        private async Task<WatchDevicesResponse> MessageAsync()
        {
            Assert.True(await _call.ResponseStream.MoveNext(Ct).WaitAsync(Eventually.Deadline, Ct));
            if (_call.ResponseStream.Current is { EventCase: Event.Attention } message)
            {
                _last = Counts(message.Attention);
                Changes.Add(message.Attention.Change);
            }
            return _call.ResponseStream.Current;
        }

        private static (uint, uint) Counts(WatchAttention attention) => (attention.PendingApprovals, attention.OpenJournalRows);
    }
}
