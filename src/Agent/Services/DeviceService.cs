using Grpc.Core;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>The phones wired to the agent.</summary>
internal sealed class DeviceService(PhoneRegistry phones, Identify identify, Leases leases) : V1.DeviceService.DeviceServiceBase
{
    public override Task<ListDevicesResponse> ListDevices(ListDevicesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListDevicesResponse { Devices = { phones.List().Select(p => p.ToProto(reveal: false).HeldBy(leases.HolderOf(p.Name))) } });

    public override async Task<GetDeviceResponse> GetDevice(GetDeviceRequest request, ServerCallContext context)
    {
        // Whoever asks goes on with the name in the answer: it must be the final one, of a choice that is no guess.
        PhoneView phone = await phones.ChooseAsync(request.Device, context.CancellationToken);
        return new GetDeviceResponse { Device = phone.ToProto(reveal: false).HeldBy(leases.HolderOf(phone.Name)) };
    }

    public override async Task<IdentifyDeviceResponse> IdentifyDevice(IdentifyDeviceRequest request, ServerCallContext context)
    {
        Phone phone = await phones.RequireAsync(request.Device, context.CancellationToken);
        PhoneReading reading = await identify.RunAsync(phone, context.CancellationToken);
        return new IdentifyDeviceResponse
        {
            Device = phone.View().ToProto(request.RevealImei).HeldBy(leases.HolderOf(phone.Name)),
            SecondSimReachable = reading.SecondSimReachable,
        };
    }
}
