using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent;

/// <summary>The agent ends, or is killed, while it is at work.</summary>
public sealed class AgentEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Socket => _folder.File("agent.sock");

    [Fact]
    public async Task A_restore_under_way_is_finished_and_told_before_the_agent_ends()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using OurProgram agent = await StartAsync(phone);
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        HeldReply write = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        WriteImeiRequest request = await AgentUnderTest.LeasedAsync(channel, Restore());
        using AsyncServerStreamingCall<WriteImeiResponse> call = new ImeiService.ImeiServiceClient(channel).WriteImei(request, cancellationToken: Ct);
        await write.Reached.WaitAsync(Eventually.Deadline, Ct);

        agent.Terminate();
        write.Release();
        List<WriteImeiResponse> told = await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);

        Assert.Equal(WriteOutcome.Applied, told[^1].Receipt.Outcome);
        Assert.Equal(0, await agent.EndAsync(Ct));
    }

    [Fact]
    public async Task A_read_under_way_is_ended_with_the_reason()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using OurProgram agent = await StartAsync(phone);
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        HeldReply read = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 60000);
        var request = new ReadRangeRequest { Ranges = { new NvRange { First = 60000, Last = 60000 } } };
        using AsyncServerStreamingCall<ReadRangeResponse> call = new NvService.NvServiceClient(channel).ReadRange(request, cancellationToken: Ct);
        await read.Reached.WaitAsync(Eventually.Deadline, Ct);

        agent.Terminate();

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct));
        Assert.Equal((StatusCode.Unavailable, "AGENT_STOPPING"), (failure.StatusCode, failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal(0, await agent.EndAsync(Ct));
    }

    [Fact]
    public async Task A_restore_whose_agent_was_killed_is_settled_by_the_next_agent()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        WriteImeiRequest request = Restore();
        await using (OurProgram first = await StartAsync(phone))
        {
            using GrpcChannel broken = AgentUnderTest.Connect(Socket);
            await AgentUnderTest.LeasedAsync(broken, request);
            HeldReply write = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
            using AsyncServerStreamingCall<WriteImeiResponse> call = new ImeiService.ImeiServiceClient(broken).WriteImei(request, cancellationToken: Ct);
            await write.Reached.WaitAsync(Eventually.Deadline, Ct);
            first.Kill();
            await first.EndAsync(Ct);
            write.Release();
        }

        await using OurProgram second = await StartAsync(phone);
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        await new DeviceService.DeviceServiceClient(channel).IdentifyDeviceAsync(new(), cancellationToken: Ct);
        using AsyncServerStreamingCall<WriteImeiResponse> again = new ImeiService.ImeiServiceClient(channel).WriteImei(request, cancellationToken: Ct);
        WriteReceipt receipt = (await again.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct))[^1].Receipt;

        Assert.Equal((WriteOutcome.Applied, true), (receipt.Outcome, receipt.Replayed));
        Assert.Contains("interrupted", receipt.Advice, StringComparison.Ordinal);
        Assert.Equal(1, phone.Phone.Counters.NvWritesReceived);
    }

    public void Dispose() => _folder.Dispose();

    private static WriteImeiRequest Restore() => new() { Label = "356938035643809", Reason = "ticket 4711", Evidence = "photo", NoRestart = true, RequestId = Guid.NewGuid().ToString() };

    private async Task<OurProgram> StartAsync(RunningPhone<PtyHost> phone)
    {
        Requires.Signals();
        OurProgram agent = OurProgram.Start(
            "imei-agent", "run", "--port", phone.Host.Path, "--no-discovery", "--data", _folder.File("data"), "--listen", $"unix:{Socket}");
        await agent.LineAsync("ready", Ct);
        return agent;
    }
}
