using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Reads and restores a phone's IMEI.</summary>
internal sealed class ImeiService(PhoneRegistry phones, Identify identify, RestoreImei restore, IHostApplicationLifetime lifetime)
    : V1.ImeiService.ImeiServiceBase
{
    public override async Task<ReadImeiResponse> ReadImei(ReadImeiRequest request, ServerCallContext context)
    {
        Phone phone = await phones.RequireAsync(request.Device, context.CancellationToken);
        PhoneReading reading = await identify.RunAsync(phone, context.CancellationToken);
        return new ReadImeiResponse { Slots = { reading.Slots.Select(s => s.ToProto(request.RevealImei)) } };
    }

    public override Task<CheckLabelResponse> CheckLabel(CheckLabelRequest request, ServerCallContext context) =>
        Task.FromResult(LabelCheck.Run(request.Label).ToProto());

    public override async Task WriteImei(WriteImeiRequest request, IServerStreamWriter<WriteImeiResponse> responseStream, ServerCallContext context)
    {
        // Before the intent the end of the agent ends a restore; after it the agent waits, and the stream goes on to the receipt.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await foreach (RestoreEvent told in restore.RunAsync(request.ToDomain(context.Caller()), ending.Token))
        {
            // From the intent on it comes to an end that it logs, also when the client leaves.
            if (told is RestoreEnded or RestoreProgress { Phase: >= RestorePhase.Intent })
                CallTelemetry.LeaveToOperation(context);
            await responseStream.WriteAsync(told.ToProto(request.RevealImei), context.CancellationToken);
            if (told is RestoreEnded { Failure: { } failure })
                throw failure;
        }
    }
}
