using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>However much is read, the spans are few enough that none is dropped on its way: not by OpenTelemetry's queue, not by the agent's own.</summary>
[Collection(AloneInProcess.Name)]
public sealed class SpanBudgetTests
{
    private const int Budget = 350, Phones = 8;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_full_dump_is_exported_whole_with_the_default_queue(int slots)
    {
        using var spans = new SpanRecorder();
        using var exporter = new Counting();
        // As AddOtlpExporter has it: 2,048 spans, 512 at once, every 5 s.
        using var batches = new BatchActivityExportProcessor(exporter);
        using TracerProvider sdk = Sdk.CreateTracerProviderBuilder().AddSource("ImeiAgent.*").AddProcessor(batches).Build();
        await using RunningPhone<PtyHost> phone = TestKit.Phones.OnPty();
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);

        string trace = await DumpAsync(agent, await agent.PhoneAsync(), 65535, slots);

        await Eventually.HoldsAsync(() => spans.Of(trace).Any(span => span.DisplayName == "dump"));
        Assert.True(sdk.ForceFlush());
        IReadOnlyList<Activity> ended = spans.Of(trace);
        Assert.InRange(ended.Count, 250, Budget);
        Assert.Equal(65536 * slots, ended.Where(span => span.DisplayName == "dump.segment").Sum(span => (int)span.GetTagItem("imeiagent.items")!));
        Assert.Equal(ended.Select(span => span.SpanId.ToHexString()).Order(), exporter.Of(trace).Order());
    }

    // In a run at a desk an eighth of each phone, so that it takes a few seconds.
    [Fact]
    public async Task Eight_phones_at_once_are_all_in_the_agents_own_store()
    {
        using var spans = new SpanRecorder();
        using var measurements = new Measurements();
        RunningPhone<PtyHost>[] phones = [.. Enumerable.Range(1, Phones).Select(seed => TestKit.Phones.OnPty(seed: seed))];
        await using TellingAgent agent = await TellingAgent.StartAsync(null, [.. phones.Select(phone => phone.Host.Path)]);
        var devices = new DeviceService.DeviceServiceClient(agent.Channel);
        string[] names = [];
        await Eventually.HoldsAsync(async () =>
            (names = [.. (await devices.ListDevicesAsync(new(), cancellationToken: Ct)).Devices.Where(device => device.State == DeviceState.Ready).Select(device => device.Name)]).Length == Phones);

        string[] traces = await Task.WhenAll(names.Select(name => DumpAsync(agent, name, Effort.Full ? 65535u : 8191u, 1)));

        foreach (string trace in traces)
        {
            await Eventually.HoldsAsync(() => spans.Of(trace).Any(span => span.DisplayName == "dump"));
            Assert.Equal(spans.Of(trace).Select(span => span.SpanId.ToHexString()).Order(), (await agent.TraceAsync(trace)).Spans.Select(span => span.SpanId).Order());
        }
        Assert.DoesNotContain(measurements.All, one => one.Instrument.Name == "imeiagent.traces.dropped");
        foreach (RunningPhone<PtyHost> phone in phones)
            await phone.DisposeAsync();
    }

    // Returns the trace of the job.
    private static async Task<string> DumpAsync(TellingAgent agent, string device, uint last, int slots)
    {
        var jobs = new JobService.JobServiceClient(agent.Channel);
        var order = new StartDumpRequest { Device = device, Ranges = { new NvRange { First = 0, Last = last } }, Slots = { Enumerable.Range(1, slots).Select(slot => (uint)slot) } };
        Job job = (await jobs.StartDumpAsync(order, cancellationToken: Ct)).Job;
        job = (await jobs.WaitJobAsync(new() { Name = job.Name, Limit = Duration.FromTimeSpan(TimeSpan.FromMinutes(3)) }, cancellationToken: Ct)).Job;
        Assert.Equal(JobState.Succeeded, job.State);
        return job.Traceparent[3..35];
    }

    // A collector that counts.
    private sealed class Counting : BaseExporter<Activity>
    {
        private readonly ConcurrentQueue<(string Trace, string Span)> _exported = new();

        public IEnumerable<string> Of(string trace) => _exported.Where(one => one.Trace == trace).Select(one => one.Span);

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (Activity span in batch)
                _exported.Enqueue((span.TraceId.ToHexString(), span.SpanId.ToHexString()));
            return ExportResult.Success;
        }
    }
}
