using Grpc.Core;
using ImeiAgent.Integration.Telemetry.Scenario;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>What has a trace of its own, and who has to do with it, find each other: as the agent's own store shows it.</summary>
public sealed class LinkTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_and_the_call_that_began_it_link_to_each_other_and_whoever_joins_or_watches_links_to_it()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        string name = await agent.PhoneAsync();
        var jobs = new JobService.JobServiceClient(agent.Channel);
        var order = new StartDumpRequest { Device = name, Ranges = { new NvRange { First = 0, Last = 600 } } };
        HeldReply held = phone.Phone.Traps.HoldReply(Diag.Messages.DiagCode.NvRead, 300);
        Job job = new();

        (_, string began) = await TellingAgent.CallAsync(async options => job = (await jobs.StartDumpAsync(order, options)).Job);
        await held.Reached.WaitAsync(Eventually.Deadline, Ct);
        (_, string joined) = await TellingAgent.CallAsync(async options => Assert.True((await jobs.StartDumpAsync(order, options)).Shared));
        held.Release();
        (_, string watched) = await TellingAgent.CallAsync(async options =>
        {
            using AsyncServerStreamingCall<WatchJobResponse> watch = jobs.WatchJob(new() { Name = job.Name }, options);
            await foreach (WatchJobResponse _ in watch.ResponseStream.ReadAllAsync(Ct))
            {
            }
        });

        string trace = job.Traceparent[3..35];
        Assert.DoesNotContain(trace, (string[])[began, joined, watched]);
        GetTraceResponse ofJob = new();
        // The job's end is told a moment before its span ends.
        await Eventually.HoldsAsync(async () => (ofJob = await agent.TraceAsync(trace)).Spans.Any(span => span.Name == "dump"));
        TraceSpan dump = Assert.Single(ofJob.Spans, span => span.Name == "dump");
        Assert.Equal((job.Traceparent[36..52], ""), (dump.SpanId, dump.ParentSpanId));
        TraceSpan start = Assert.Single((await agent.TraceAsync(began)).Spans);
        Assert.Equal((began, start.SpanId), Ends(Assert.Single(dump.Links)));
        foreach (string other in (string[])[began, joined, watched])
            Assert.Equal((trace, dump.SpanId), Ends(Assert.Single(Assert.Single((await agent.TraceAsync(other)).Spans).Links)));
    }

    [Fact]
    public async Task What_the_next_agent_settles_links_to_the_write_that_was_cut_off()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", link: folder.File("phone"));
        (string trace, string span) = await RestoreScenes.InterruptAsync(folder, phone);
        phone.Host.Replug();
        await using TellingAgent agent = await TellingAgent.StartAsync(folder, [phone.Host.Path]);
        string device = await agent.PhoneAsync();

        ListTracesResponse list = await new TraceService.TraceServiceClient(agent.Channel).ListTracesAsync(new(), cancellationToken: Ct);
        string settling = Assert.Single(list.Traces, one => one.Name == "recovery" && one.Device == device).TraceId;
        TraceSpan recovery = Assert.Single((await agent.TraceAsync(settling)).Spans, one => one.Name == "recovery");
        Assert.NotEqual(trace, settling);
        Assert.Equal((trace, span), Ends(Assert.Single(recovery.Links)));
        Assert.Equal(("applied", "journal/1"), (recovery.Attributes["imeiagent.outcome"], recovery.Attributes["imeiagent.journal"]));
        // The first agent's part is still there to be looked at.
        Assert.Contains((await agent.TraceAsync(trace)).Spans, one => one.Name == "restore" && one.SpanId == span);
    }

    private static (string Trace, string Span) Ends(TraceLink link) => (link.TraceId, link.SpanId);
}
