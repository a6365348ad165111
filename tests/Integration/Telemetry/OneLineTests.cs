using Grpc.Core;
using ImeiAgent.Integration.Agent;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>What asks a phone, changes something or is refused leaves one line at Information; what only looks leaves none.</summary>
public sealed class OneLineTests
{
    // A phone that comes, goes, or shows something new tells so by itself.
    private static readonly int[] s_ofPhones = [2001, 2002, 2204];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_operation_leaves_one_line()
    {
        await using RunningPhone<PhoneSimulator.PtyHost> phone = Phones.OnPty();
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        string name = await agent.PhoneAsync();
        var devices = new DeviceService.DeviceServiceClient(agent.Channel);
        var nv = new NvService.NvServiceClient(agent.Channel);
        var leases = new LeaseService.LeaseServiceClient(agent.Channel);
        string me = $"local:{Environment.UserName}";
        WriteImeiRequest order = Restoring.Order(name);

        Assert.Equal([], await LinesAsync(async options => await devices.ListDevicesAsync(new(), options)));
        Assert.Equal([$"imeiagent.v1.DeviceService/IdentifyDevice by {me}: OK"], await LinesAsync(async options => await devices.IdentifyDeviceAsync(new() { Device = name }, options)));
        Assert.Equal([$"imeiagent.v1.NvService/ReadItem by {me}: OK"], await LinesAsync(async options => await nv.ReadItemAsync(new() { Device = name, Item = 550 }, options)));
        Assert.Equal([$"imeiagent.v1.NvService/AddSkip by {me}: OK"], await LinesAsync(async options => await nv.AddSkipAsync(new() { Model = "SM-X", Item = 9 }, options)));
        Assert.Equal([$"imeiagent.v1.NvService/RemoveSkip by {me}: SKIP_NOT_FOUND"], await LinesAsync(async options => await nv.RemoveSkipAsync(new() { Model = "SM-X", Item = 8 }, options)));
        Assert.Equal([$"imeiagent.v1.ImeiService/WriteImei by {me}: LEASE_REQUIRED"], await LinesAsync(options => Restoring.RunAsync(agent.Channel, Restoring.Order(name), options)));
        Assert.Equal(["Lease 1 on"], await LinesAsync(async _ => await AgentUnderTest.LeasedAsync(agent.Channel, order)));
        Assert.Equal(["Restore of"], await LinesAsync(options => Restoring.RunAsync(agent.Channel, order, options)));
        Assert.Equal(["Lease 1 on"], await LinesAsync(async options => await leases.ReleaseLeaseAsync(new() { Device = name, FencingToken = order.FencingToken }, options)));
        Assert.Contains(agent.Log, line => line is { Level: LogLevel.Debug, Id: 1003 } && line.Text.StartsWith($"imeiagent.v1.DeviceService/ListDevices by {me}: OK", StringComparison.Ordinal));

        // The lines at Information that the calls leave, each up to where it begins to depend on the run.
        async Task<IEnumerable<string>> LinesAsync(Func<CallOptions, Task> call)
        {
            int before = agent.Log.Count;
            await TellingAgent.CallAsync(call);
            return agent.Log.Skip(before).Where(line => line.Level >= LogLevel.Information && !s_ofPhones.Contains(line.Id)).Select(line =>
                line.Text.StartsWith("imeiagent", StringComparison.Ordinal) ? line.Text.Split(" after ")[0] : string.Join(' ', line.Text.Split(' ').Take(line.Text.StartsWith("Lease", StringComparison.Ordinal) ? 3 : 2)));
        }
    }

    // Lines and spans have the same trace.
    [Fact]
    public async Task A_line_is_of_the_calls_trace()
    {
        using var spans = new SpanRecorder();
        await using TellingAgent agent = await TellingAgent.StartAsync();

        (_, string trace) = await TellingAgent.CallAsync(async options => await new NvService.NvServiceClient(agent.Channel).AddSkipAsync(new() { Model = "SM-X", Item = 9 }, options));

        Assert.Equal(trace, Assert.Single(agent.Log, line => line is { Id: 1003, Level: LogLevel.Information }).Trace);
    }
}
