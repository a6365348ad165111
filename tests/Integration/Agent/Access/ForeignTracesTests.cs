using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>What a caller can do to the traces of others by the headers of a call: nothing.</summary>
public sealed class ForeignTracesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_takes_no_calls_but_those_of_whoever_began_it()
    {
        using var folder = new TemporaryFolder();
        string trace = NewId(), strangers = NewId();
        X509Certificate2 bench, other;
        await using (StationUnderTest station = await StationUnderTest.StartAsync(folder))
        {
            bench = await station.PairAsync("bench-3", Role.Technician);
            other = await station.PairAsync("bench-4", Role.Viewer);
            await ListAsync(station.Connect(bench), trace);
            await ListAsync(station.Connect(bench), trace);
            await ListAsync(station.Connect(other), trace);
            Assert.Equal("ROLE_INSUFFICIENT", await StationUnderTest.ReasonAsync(() => ListTracesAsync(station.Connect(other), trace)));
            Assert.Equal("CERTIFICATE_REQUIRED", await StationUnderTest.ReasonAsync(() => ListAsync(station.Connect(null), trace)));
            Assert.Equal("CERTIFICATE_REQUIRED", await StationUnderTest.ReasonAsync(() => ListAsync(station.Connect(null), strangers)));
            await ListAsync(station.Local, trace);

            Assert.Equal([("bench-3", false), ("bench-3", false)], (await SpansAsync(station, trace)).Select(s => (s.Attributes["imeiagent.operator"], s.Failed)));
            Assert.Equal("NotFound", (await Assert.ThrowsAsync<RpcException>(() => SpansAsync(station, strangers))).StatusCode.ToString());
            // Theirs are traces of their own, which say what they named.
            TraceSummary[] failed = [.. (await new TraceService.TraceServiceClient(station.Local).ListTracesAsync(new() { FailedOnly = true }, cancellationToken: Ct)).Traces];
            TraceSummary theirs = Assert.Single(failed, t => t.Operator == "bench-4");
            Assert.Equal([trace], (await SpansAsync(station, theirs.TraceId)).SelectMany(s => s.Links).Select(l => l.TraceId));
        }

        // The next agent knows it from its store.
        await using (StationUnderTest station = await StationUnderTest.StartAsync(folder))
        {
            await ListAsync(station.Connect(other), trace);
            await ListAsync(station.Connect(bench), trace);
            Assert.Equal(["bench-3", "bench-3", "bench-3"], (await SpansAsync(station, trace)).Select(s => s.Attributes["imeiagent.operator"]));
        }
    }

    [Fact]
    public async Task Nobody_puts_a_call_into_the_trace_of_a_dump()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        GrpcChannel reader = station.Connect(await station.PairAsync("bench-3", Role.Reader));
        var jobs = new JobService.JobServiceClient(reader);
        Job job = (await jobs.StartDumpAsync(new StartDumpRequest { Ranges = { new NvRange { Last = 3000 } } }, cancellationToken: Ct)).Job;
        string trace = job.Traceparent.Split('-')[1];

        for (int i = 0; i < 20; i++)
            await ListAsync(reader, trace);
        await jobs.WaitJobAsync(new WaitJobRequest { Name = job.Name }, cancellationToken: Ct);
        await ListAsync(reader, trace);

        Assert.DoesNotContain(await SpansAsync(station, trace), s => s.Kind == SpanKind.Server);
    }

    [Fact]
    public async Task What_is_refused_for_its_number_is_not_kept()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new ImeiAgent.Agent.Access.Limits { Burst = 5, CallsPerSecond = 1, StrangerCallsPerMinute = 1000 });
        GrpcChannel viewer = station.Connect(await station.PairAsync("bench-4", Role.Viewer));
        string[] reasons = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => StationUnderTest.ReasonAsync(() => ListAsync(viewer, NewId()))));
        Assert.InRange(reasons.Count(r => r == "LIMIT_EXCEEDED"), 20, 35);

        ListTracesResponse failed = await new TraceService.TraceServiceClient(station.Local).ListTracesAsync(new() { FailedOnly = true }, cancellationToken: Ct);

        Assert.DoesNotContain(failed.Traces, t => t.Error == "LIMIT_EXCEEDED");
    }

    private static string NewId() => ActivityTraceId.CreateRandom().ToHexString();

    private static CallOptions Under(string trace) => new(new Metadata { { "traceparent", $"00-{trace}-00f067aa0ba902b7-01" } }, cancellationToken: Ct);

    private static async Task ListAsync(GrpcChannel channel, string trace) => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), Under(trace));

    private static async Task ListTracesAsync(GrpcChannel channel, string trace) => await new TraceService.TraceServiceClient(channel).ListTracesAsync(new(), Under(trace));

    private static async Task<IReadOnlyList<TraceSpan>> SpansAsync(StationUnderTest station, string trace) =>
        (await new TraceService.TraceServiceClient(station.Local).GetTraceAsync(new() { TraceId = trace }, cancellationToken: Ct)).Spans;
}
