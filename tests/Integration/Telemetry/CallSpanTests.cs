using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using ImeiAgent.Integration.Agent.Access;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>The span and the measurement of each call to the agent.</summary>
public sealed class CallSpanTests
{
    private const string Parent = "00f067aa0ba902b7";
    private const string Source = "ImeiAgent.Agent";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_a_child_of_the_callers_span_and_tells_who_called()
    {
        using var spans = new SpanRecorder();
        await using TellingAgent agent = await TellingAgent.StartAsync();

        (_, string trace) = await TellingAgent.CallAsync(async options => await new DeviceService.DeviceServiceClient(agent.Channel).ListDevicesAsync(new(), options));

        Activity span = Assert.Single(spans.Of(trace), span => span.Source.Name == Source);
        Assert.Equal(
            ("imeiagent.v1.DeviceService/ListDevices", ActivityKind.Server, Parent, true, ActivityStatusCode.Unset),
            (span.DisplayName, span.Kind, span.ParentSpanId.ToHexString(), span.HasRemoteParent, span.Status));
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["rpc.system.name"] = "grpc",
                ["rpc.method"] = "imeiagent.v1.DeviceService/ListDevices",
                ["rpc.response.status_code"] = "OK",
                ["imeiagent.operator"] = $"local:{Environment.UserName}",
                ["imeiagent.client"] = $"local:{Environment.UserName}",
                ["imeiagent.station"] = "local",
                ["imeiagent.role"] = "owner",
            },
            span.TagObjects.ToDictionary());
    }

    [Fact]
    public async Task Of_a_caller_from_the_network_it_tells_the_name_the_station_and_the_role()
    {
        using var spans = new SpanRecorder();
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Viewer);

        (string reason, string trace) = await TellingAgent.CallAsync(async options =>
            await new AuditService.AuditServiceClient(station.Connect(certificate)).ListAuditAsync(new(), options));

        Activity span = Assert.Single(spans.Of(trace), span => span.Source.Name == Source);
        Assert.Equal("ROLE_INSUFFICIENT", reason);
        Assert.Equal(
            ("PERMISSION_DENIED", "ROLE_INSUFFICIENT", "bench-3", "127.0.0.1", "viewer", ActivityStatusCode.Error),
            (span.GetTagItem("rpc.response.status_code"), span.GetTagItem("error.type"), span.GetTagItem("imeiagent.operator"),
                span.GetTagItem("imeiagent.station"), span.GetTagItem("imeiagent.role"), span.Status));
        Assert.StartsWith("clients/", (string?)span.GetTagItem("imeiagent.client"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_makes_it_a_failed_one_with_the_reason()
    {
        using var spans = new SpanRecorder();
        using var measurements = new Measurements();
        await using TellingAgent agent = await TellingAgent.StartAsync();

        (string reason, string trace) = await TellingAgent.CallAsync(async options =>
            await new JobService.JobServiceClient(agent.Channel).GetJobAsync(new GetJobRequest { Name = "jobs/none" }, options));

        Activity span = Assert.Single(spans.Of(trace), span => span.Source.Name == Source);
        Assert.Equal("JOB_NOT_FOUND", reason);
        Assert.Equal(
            ("NOT_FOUND", "JOB_NOT_FOUND", ActivityStatusCode.Error, "There is no job \"none\". Ended jobs are listed for 30 days."),
            (span.GetTagItem("rpc.response.status_code"), span.GetTagItem("error.type"), span.Status, span.StatusDescription));
        Assert.Contains(measurements.All, measured => measured.Instrument.Name == "rpc.server.call.duration" && Equals(measured.Tags.GetValueOrDefault("error.type"), "JOB_NOT_FOUND")
            && measured.Tags.Count == 4 && Equals(measured.Tags["rpc.response.status_code"], "NOT_FOUND") && Equals(measured.Tags["rpc.method"], "imeiagent.v1.JobService/GetJob"));
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_error()
    {
        using var spans = new SpanRecorder();
        await using TellingAgent agent = await TellingAgent.StartAsync();

        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        (_, string trace) = await TellingAgent.CallAsync(async options =>
        {
            using var call = new WatchService.WatchServiceClient(agent.Channel).WatchDevices(new(), options.WithCancellationToken(leaving.Token));
            Assert.True(await call.ResponseStream.MoveNext(Ct));
            await leaving.CancelAsync();
        });

        await Eventually.HoldsAsync(() => spans.Of(trace).Any(span => span.Source.Name == Source));
        Activity span = Assert.Single(spans.Of(trace), span => span.Source.Name == Source);
        Assert.Equal(("CANCELLED", null, ActivityStatusCode.Unset), (span.GetTagItem("rpc.response.status_code"), span.GetTagItem("error.type"), span.Status));
    }

    // The row of the audit leads to the span, whatever the caller wrote into its header.
    [Fact]
    public async Task Without_a_parent_that_can_be_read_it_begins_a_trace_which_the_audit_names()
    {
        using var spans = new SpanRecorder();
        await using TellingAgent agent = await TellingAgent.StartAsync();
        var jobs = new JobService.JobServiceClient(agent.Channel);

        Assert.Equal("JOB_NOT_FOUND", await StationUnderTest.ReasonAsync(async () => await jobs.CancelJobAsync(
            new CancelJobRequest { Name = "jobs/none" }, TellingAgent.Under("00-zz-01"))));

        ListAuditResponse audit = await new AuditService.AuditServiceClient(agent.Channel).ListAuditAsync(new(), cancellationToken: Ct);
        AuditRow row = Assert.Single(audit.Rows, row => row.Detail.Contains("CancelJob", StringComparison.Ordinal));
        Activity span = Assert.Single(spans.Of(row.TraceId));
        Assert.Equal(("imeiagent.v1.JobService/CancelJob", default), (span.DisplayName, span.ParentSpanId));
    }
}
