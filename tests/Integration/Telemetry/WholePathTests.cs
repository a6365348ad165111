using System.Diagnostics;
using ImeiAgent.Client.Cli;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using ImeiAgent.Vault;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Xunit;
using AuditRow = ImeiAgent.V1.AuditRow;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>One trace id from the command line to the frame, with OpenTelemetry's own library between: command line, agent and phone in one process.</summary>
public sealed class WholePathTests
{
    private const string Label = "356938035643809";
    private const string Write = "imeiagent.v1.ImeiService/WriteImei";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restore_is_one_trace_from_the_command_line_to_the_phone_and_back()
    {
        List<Activity> exported = [];
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost", "reset-delay=20ms", link: folder.File("phone"));
        WriteReceipt receipt;
        ImeiRun show;
        IReadOnlyList<AuditRow> audit;
        IReadOnlyList<Logged> log;
        string trace;
        using (TracerProvider _ = Sdk.CreateTracerProviderBuilder().AddSource("ImeiAgent.*").AddInMemoryExporter(exported).Build())
        await using (TellingAgent agent = await TellingAgent.StartAsync(folder, [phone.Host.Path]))
        {
            string name = await agent.PhoneAsync();
            ImeiRun restored = (await ImeiRun.RunAsync(agent.Host.Endpoint, null, ImeiRun.Restore(name, Label, "--json"))).Ended(ExitCode.Ok);
            receipt = WriteImeiResponse.Parser.ParseJson(restored.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).Receipt;
            trace = receipt.TraceId;
            show = (await ImeiRun.RunAsync(agent.Host.Endpoint, null, "trace", "show", trace)).Ended(ExitCode.Ok);
            // The same id is where people look; it is listed once the agent has kept it, which the command does not wait for.
            await Eventually.HoldsAsync(async () =>
                (await ImeiRun.RunAsync(agent.Host.Endpoint, null, "trace", "list")).Ended(ExitCode.Ok).Out.Contains(trace[..8], StringComparison.Ordinal));
            audit = (await new AuditService.AuditServiceClient(agent.Channel).ListAuditAsync(new(), cancellationToken: Ct)).Rows;
            log = agent.Log;
        }

        Activity[] spans = [.. exported.Where(span => span.TraceId.ToHexString() == trace)];
        Activity root = Assert.Single(spans, span => span.ParentSpanId == default);
        Assert.Equal(("ImeiAgent.Cli", "imei restore"), (root.Source.Name, root.DisplayName));
        AssertChain(spans, "DIAG_NV_WRITE_F", "restore.sent", "restore", Write, Write, "imei restore");
        AssertChain(spans, "DIAG_NV_READ_F", "restore.read_back", "restore", Write, Write, "imei restore");
        AssertChain(spans, "DIAG_CONTROL_F", "restore.reset", "restore", Write, Write, "imei restore");
        Assert.All(spans, span => Assert.True(span == root || spans.Any(parent => parent.SpanId == span.ParentSpanId), $"{span.DisplayName} hangs in the air"));
        Assert.Equal(
            ["ImeiAgent.Agent", "ImeiAgent.Cli", "ImeiAgent.Client", "ImeiAgent.Operations", "ImeiAgent.Session"], spans.Select(span => span.Source.Name).Distinct().Order());

        foreach (string part in (string[])[trace, Write, "restore.read_back", "DIAG_NV_WRITE_F", "NV_DONE"])
            Assert.Contains(part, show.Out, StringComparison.Ordinal);
        Assert.Contains(audit, row => row.Action == "restore-imei" && row.TraceId == trace);
        Assert.Contains(audit, row => row.Action == "acquire-lease" && row.TraceId == trace);
        Assert.Contains(log, line => line.Text.StartsWith("Restore of", StringComparison.Ordinal) && line.Trace == trace);
        using var vault = VaultFile.Open(folder.File("data"), TimeProvider.System);
        JournalRow row = vault.Journal.Find(1)!;
        Assert.Equal((trace, Assert.Single(spans, IsTheWrite).SpanId.ToHexString()), (row.Entry.TraceId, row.Entry.SpanId));
        Assert.Equal($"journal/{row.Id}", receipt.Journal);
    }

    // The command line has it validated before.
    private static bool IsTheWrite(Activity span) => span.DisplayName == "restore" && (string?)span.GetTagItem("imeiagent.outcome") == "applied";

    // From a span up to the root, each the child of the next. Of several with that name below that parent, one.
    private static void AssertChain(IReadOnlyList<Activity> spans, params string[] names)
    {
        bool Fits(Activity span, int at) => span.DisplayName == names[at]
            && (at == names.Length - 1 ? span.ParentSpanId == default : spans.SingleOrDefault(parent => parent.SpanId == span.ParentSpanId) is { } above && Fits(above, at + 1));

        Assert.True(spans.Any(span => Fits(span, 0)), $"There is no chain {string.Join(" <- ", names)} in:\n{string.Join('\n', spans.Select(Line))}");

        static string Line(Activity span) => $"{span.ParentSpanId} {span.SpanId} {span.Source.Name} {span.DisplayName}";
    }
}
