using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Client.Telemetry;

public class CallSpanTests
{
    private const string JobTrace = "0af7651916cd43dd8448eb211c80319c", JobParent = $"00-{JobTrace}-b7ad6b7169203331-01";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_agent_gets_the_calls_span_in_one_header_and_the_span_says_what_was_called_and_where()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        using SpanLog log = new();

        await client.ListDevicesAsync(Cancellation);

        Activity span = Assert.Single(log.Spans);
        (string method, string[] traceparents) = Assert.Single(agent.Calls);
        Assert.Equal(("imeiagent.v1.DeviceService/ListDevices", span.Id), (method, Assert.Single(traceparents)));
        Assert.EndsWith("-01", span.Id, StringComparison.Ordinal);
        Assert.Equal((method, ActivityKind.Client, log.Root.SpanId, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.ParentSpanId, span.Status));
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["rpc.system.name"] = "grpc",
                ["rpc.method"] = method,
                ["rpc.response.status_code"] = "OK",
                ["network.transport"] = "unix",
                ["server.address"] = agent.Socket,
            },
            span.TagObjects.ToDictionary());
        Assert.Same(log.Root, Activity.Current);
    }

    [Fact]
    public async Task A_refusal_is_a_failed_span_with_the_agents_reason_and_no_text()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnIdentify = _ => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "PHONE_REFUSED", $"No: {Samples.Number}");
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        using SpanLog log = new();

        await Assert.ThrowsAsync<AgentException>(() => client.IdentifyDeviceAsync(new IdentifyDeviceRequest(), Cancellation));

        Activity span = Assert.Single(log.Spans);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(("FAILED_PRECONDITION", "PHONE_REFUSED"), (span.GetTagItem("rpc.response.status_code"), span.GetTagItem("error.type")));
        Assert.DoesNotContain(Samples.Number, SpanRecorder.Text(span), StringComparison.Ordinal);
        Assert.True(client.HasAnswered);
    }

    [Fact]
    public async Task A_stream_changes_nothing_of_what_is_current_for_its_reader_and_ends_with_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadRange = Samples.FullRead;
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        using SpanLog log = new();

        using Activity own = new("the reader's");
        int messages = 0;
        await foreach (ReadRangeResponse _ in client.ReadRangeAsync(new ReadRangeRequest { Slots = { 1 } }, null, Cancellation))
        {
            Assert.Same(messages == 0 ? log.Root : own, Activity.Current);
            if (++messages == 1)
                own.Start();
            Assert.Empty(log.Spans);
        }

        Assert.Equal(3, messages);
        Assert.Same(own, Activity.Current);
        Assert.Equal(log.Root.SpanId, Assert.Single(log.Spans).ParentSpanId);
    }

    [Fact]
    public async Task A_stream_that_is_taken_up_again_is_a_second_span_of_the_same_trace()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ScriptedJob job = new(agent, 4);
        bool broke = false;
        job.Before = (sent, context) =>
        {
            if (sent == 4 && !broke)
            {
                broke = true;
                FakeAgent.Cut(context);
            }
            return Task.CompletedTask;
        };
        job.Serve();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        using SpanLog log = new();

        await foreach (WatchJobResponse _ in client.WatchJobAsync(new WatchJobRequest { Name = Samples.JobName }, null, Cancellation))
        {
        }

        Assert.Equal(["CONNECTION_LOST", null], log.Spans.Select(span => span.GetTagItem("error.type")));
        Assert.All(log.Spans, span => Assert.Equal(("imeiagent.v1.JobService/WatchJob", log.Root.SpanId), (span.DisplayName, span.ParentSpanId)));
        Assert.Equal(log.Spans.Select(span => span.Id), agent.Calls.Select(call => Assert.Single(call.Traceparents)));
    }

    [Fact]
    public async Task A_silent_stream_failed_and_one_that_nobody_wants_any_more_did_not()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadRange = async (_, answers, context) =>
        {
            await answers.WriteAsync(new ReadRangeResponse { Header = new ReadHeader { Total = 1 } });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, time);
        using SpanLog log = new();

        await using (IAsyncEnumerator<ReadRangeResponse> silent = client.ReadRangeAsync(new ReadRangeRequest(), null, Cancellation).GetAsyncEnumerator(Cancellation))
        {
            Assert.True(await silent.MoveNextAsync());
            ValueTask<bool> next = silent.MoveNextAsync();
            time.Advance(TimeSpan.FromSeconds(31));
            await Assert.ThrowsAsync<AgentException>(async () => await next);
        }
        await foreach (ReadRangeResponse _ in client.ReadRangeAsync(new ReadRangeRequest(), null, Cancellation))
            break;

        Assert.Equal([("UNAVAILABLE", "CONNECTION_LOST"), ("CANCELLED", null)],
            log.Spans.Select(span => ((string?)span.GetTagItem("rpc.response.status_code"), (string?)span.GetTagItem("error.type"))));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], log.Spans.Select(span => span.Status));
    }

    [Fact]
    public async Task Who_asks_about_a_job_and_who_watches_it_is_linked_to_the_jobs_trace_once()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        Job job = new(Samples.Job(new StartDumpRequest())) { Traceparent = JobParent };
        agent.OnGetJob = _ => new GetJobResponse { Job = job };
        agent.OnStartDump = _ => new StartDumpResponse { Job = new Job(job) { Name = "jobs/other" } };
        agent.OnWatchJob = async (request, answers, _) =>
        {
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = request.Name } });
            if (request.Name == "jobs/third")
                await answers.WriteAsync(new WatchJobResponse { Job = job });
            await answers.WriteAsync(new WatchJobResponse { Job = new Job(job) { State = JobState.WaitingForPhone } });
            await answers.WriteAsync(new WatchJobResponse { Summary = Samples.Summary(1) });
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        using SpanLog log = new();

        await client.GetJobAsync(new GetJobRequest { Name = Samples.JobName }, Cancellation);
        await client.StartDumpAsync(new StartDumpRequest(), Cancellation);
        foreach (string name in (string[])["jobs/other", "jobs/third"])
            await foreach (WatchJobResponse _ in client.WatchJobAsync(new WatchJobRequest { Name = name }, null, Cancellation))
            {
            }

        Assert.Equal(4, log.Spans.Count);
        Assert.All(log.Spans, span => Assert.Equal(JobTrace, Assert.Single(span.Links).Context.TraceId.ToHexString()));
    }

    [Fact]
    public async Task The_duration_of_a_call_is_measured_within_its_span_with_few_attributes()
    {
        ConcurrentQueue<(ActivityTraceId Trace, string Attributes)> measured = new();
        using MeterListener meters = new();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "ImeiAgent.Client", Name: "rpc.client.call.duration", Unit: "s" })
                listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            measured.Enqueue((Activity.Current?.TraceId ?? default, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")))));
        meters.Start();
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJob = _ => throw FakeAgent.Failure(StatusCode.NotFound, "JOB_NOT_FOUND");
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        using SpanLog log = new();

        await client.ListDevicesAsync(Cancellation);
        await Assert.ThrowsAsync<AgentException>(() => client.GetJobAsync(new GetJobRequest { Name = "x" }, Cancellation));

        Assert.Equal(
            [
                "rpc.system.name=grpc rpc.method=imeiagent.v1.DeviceService/ListDevices rpc.response.status_code=OK",
                "rpc.system.name=grpc rpc.method=imeiagent.v1.JobService/GetJob rpc.response.status_code=NOT_FOUND error.type=JOB_NOT_FOUND",
            ],
            measured.Where(one => one.Trace == log.Root.TraceId).Select(one => one.Attributes));
    }

    [Fact]
    public async Task A_file_that_is_brought_to_the_agent_is_a_call_too()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnImport = _ => new ImportSnapshotResponse { Snapshot = Samples.Snapshot() };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        using SpanLog log = new();

        await client.ImportSnapshotAsync(new ImportSnapshotRequest { FileName = "of-ana.txt" }, new MemoryStream(new byte[10]), Cancellation);

        Activity span = Assert.Single(log.Spans);
        Assert.Equal(("imeiagent.v1.SnapshotService/ImportSnapshot", "OK"), (span.DisplayName, span.GetTagItem("rpc.response.status_code")));
        Assert.Equal(span.Id, Assert.Single(Assert.Single(agent.Calls).Traceparents));
    }
}
