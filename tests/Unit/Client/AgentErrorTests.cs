using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class AgentErrorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_reason_and_fields_of_ErrorInfo_are_carried_over()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetDevice = _ => throw FakeAgent.Failure(
            StatusCode.InvalidArgument, "DEVICE_AMBIGUOUS", "Two devices fit.", ("candidates", "sm-1, sm-2"));
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => client.GetDeviceAsync(new GetDeviceRequest(), Cancellation));

        Assert.Equal("DEVICE_AMBIGUOUS", fault.Reason);
        Assert.Equal(ErrorReason.DeviceAmbiguous, fault.Code);
        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal("Two devices fit.", fault.Message);
        Assert.Equal("sm-1, sm-2", fault.Metadata["candidates"]);
    }

    [Fact]
    public async Task A_reason_of_a_newer_agent_is_kept_as_text()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListDevices = () => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "FROM_THE_FUTURE");
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => client.ListDevicesAsync(Cancellation));

        Assert.Equal("FROM_THE_FUTURE", fault.Reason);
        Assert.Equal(ErrorReason.Unspecified, fault.Code);
    }

    [Fact]
    public async Task Where_nobody_listens_the_error_says_how_to_start_an_agent()
    {
        await using AgentClient client = AgentClient.Connect(AgentEndpoint.Parse("unix:" + Path.Combine(Path.GetTempPath(), "imei-nobody.sock")));

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => client.ListDevicesAsync(Cancellation));

        Assert.Equal(AgentException.AgentUnreachable, fault.Reason);
        Assert.Contains("imei-agent run", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_the_agent_does_not_know_is_told_as_an_older_agent()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => client.ListSkipsAsync(new ListSkipsRequest(), Cancellation));

        Assert.Equal(AgentException.Unexplained, fault.Reason);
        Assert.Contains("older than this program", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_is_no_agent_error()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        agent.OnReadRange = async (_, _, context) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ReadRangeResponse _ in client.ReadRangeAsync(new ReadRangeRequest(), null, stop.Token)) { }
        });
    }
}
