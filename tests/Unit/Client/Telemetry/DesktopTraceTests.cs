using System.Diagnostics;
using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Client.Telemetry;

public class DesktopTraceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_window_names_the_trace_of_the_call_that_failed()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWatchDevices = (_, _) => throw FakeAgent.Failure(StatusCode.PermissionDenied, "ROLE_INSUFFICIENT", "Your role does not allow it.");
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        using SpanLog log = new();
        using DeviceFeed feed = new(client, TimeProvider.System, NullLogger<DeviceFeed>.Instance);

        await feed.StartAsync(Cancellation);
        await Eventually.HoldsAsync(() => feed.View.Fault is not null);
        await feed.StopAsync(Cancellation);

        Assert.Equal(log.Root.TraceId.ToHexString(), feed.View.Trace);
        Activity root = log.Spans.First(span => span.Source.Name == "ImeiAgent.Desktop");
        Assert.Equal(("desktop.devices", "ROLE_INSUFFICIENT", ActivityStatusCode.Error), (root.DisplayName, root.GetTagItem("error.type"), root.Status));
        Assert.Equal(root.SpanId, log.Spans[0].ParentSpanId);
        Assert.Equal(log.Spans[0].Id, agent.Calls.First().Traceparents[0]);
    }
}
