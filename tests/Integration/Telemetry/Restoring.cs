using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Integration.Agent;
using ImeiAgent.V1;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>Restores for these tests.</summary>
internal static class Restoring
{
    public static WriteImeiRequest Order(string device) => new()
    {
        Device = device,
        Label = "356938035643809",
        Reason = "ticket 4711",
        Evidence = "photo 1",
        RequestId = Guid.NewGuid().ToString(),
        NoRestart = true,
    };

    public static async Task RunAsync(GrpcChannel channel, WriteImeiRequest request, CallOptions options)
    {
        using AsyncServerStreamingCall<WriteImeiResponse> call = new ImeiService.ImeiServiceClient(channel).WriteImei(request, options);
        await foreach (WriteImeiResponse _ in call.ResponseStream.ReadAllAsync(options.CancellationToken))
        {
        }
    }

    public static async Task LeasedAsync(GrpcChannel channel, string device, CallOptions options) =>
        await RunAsync(channel, await AgentUnderTest.LeasedAsync(channel, Order(device)), options);
}
