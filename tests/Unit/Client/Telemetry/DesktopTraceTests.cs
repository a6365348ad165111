using System.Diagnostics;
using Grpc.Core;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Client.Telemetry;

public class DesktopTraceTests
{
    [Fact]
    public async Task The_window_names_the_trace_of_the_call_that_failed()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWatchDevices = (_, _) => throw FakeAgent.Failure(StatusCode.PermissionDenied, "ROLE_INSUFFICIENT", "Your role does not allow it.");
        using SpanLog log = new();
        AgentLink link = AgentLink.Start("local", agent.Endpoint, TimeProvider.System, NullLogger.Instance);
        await Eventually.HoldsAsync(() => link.View.Fault is not null);
        await link.DisposeAsync();

        Assert.Equal(log.Root.TraceId.ToHexString(), link.View.Trace);
        Activity root = log.Spans.First(span => span.Source.Name == "ImeiAgent.Desktop");
        Assert.Equal(("desktop.devices", "ROLE_INSUFFICIENT", ActivityStatusCode.Error), (root.DisplayName, root.GetTagItem("error.type"), root.Status));
        Activity watch = log.Spans.First(span => span.DisplayName.EndsWith("WatchDevices", StringComparison.Ordinal));
        Assert.Equal(root.SpanId, watch.ParentSpanId);
        Assert.Equal(watch.Id, agent.Calls.First(call => call.Method.EndsWith("WatchDevices", StringComparison.Ordinal)).Traceparents[0]);
    }
}
