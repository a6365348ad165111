using ImeiAgent.Client.Cli;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>The trace of what an agent settles after the one before it was killed.</summary>
public sealed class RecoveryTraceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_leads_to_the_write_that_the_killed_agent_had_sent()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 67);
        await bench.StartAgentAsync();
        HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        await using OurProgram imei = bench.StartRestore(phone.Host.Path, Bench.Label);
        await reply.Reached.WaitAsync(Eventually.Deadline, Ct);

        bench.Agent.Kill();
        await bench.Agent.EndAsync(Ct);
        phone.Host.Unplug();
        phone.Host.Replug();
        await bench.StartAgentAsync();

        Result list = (await bench.ImeiAsync("--json", "trace", "list")).Ended(ExitCode.Ok);
        string settling = Assert.Single(ListTracesResponse.Parser.ParseJson(list.Out).Traces, trace => trace.Name == "recovery").TraceId;
        Result shown = (await bench.ImeiAsync("--json", "trace", "show", settling)).Ended(ExitCode.Ok);
        TraceSpan recovery = Assert.Single(GetTraceResponse.Parser.ParseJson(shown.Out).Spans, span => span.Name == "recovery");
        TraceLink link = Assert.Single(recovery.Links);
        Assert.Equal([(link.TraceId, link.SpanId)], bench.Query("SELECT trace_id, span_id FROM journal", row => (row.GetString(0), row.GetString(1))));
        Assert.NotEqual(settling, link.TraceId);
        // A person sees it too, and the receipt of the restore leads to the same trace.
        (await bench.ImeiAsync("trace", "show", settling)).Ended(ExitCode.Ok, link.TraceId[..8]);
        Result journal = (await bench.ImeiAsync("--json", "journal", "show", "1")).Ended(ExitCode.Ok);
        Assert.Contains(link.TraceId, journal.Out, StringComparison.Ordinal);
        await Bench.EndAsync(imei);
    }
}
