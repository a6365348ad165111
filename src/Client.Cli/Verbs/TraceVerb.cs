using System.CommandLine;
using System.Globalization;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Verbs;

// imei trace list | show | frames
internal static class TraceVerb
{
    private const string IdIsEnough = "The trace's ID is enough: leave -d out. imei trace list -d PHONE lists those of one phone.";

    public static Command Build(Globals globals) =>
        new("trace", "What happened inside the agent, call by call: it keeps the last traces by itself, and what went over a port when something failed.")
        {
            BuildList(globals), BuildShow(globals), BuildFrames(globals),
        };

    private static Argument<string> IdArgument() => new("ID") { Description = "Trace id, as errors and receipts name it, or a unique beginning of at least 4 digits." };

    private static Command BuildList(Globals globals)
    {
        Option<bool> failed = new("--failed") { Description = "Only those in which something failed." };
        Option<int> most = new("--limit") { Description = "At most so many, 1 to 1000.", HelpName = "N", DefaultValueFactory = _ => 50 };
        Command list = new("list", "List the latest traces, newest first; with -d those of one phone, attached or not.") { failed, most };
        globals.Run(list, async invocation =>
        {
            int limit = invocation.Parsed.GetValue(most);
            if (limit is < 1 or > 1000)
                throw CliException.Usage("--limit: 1 to 1000 is expected.");
            ListTracesRequest request = new() { FailedOnly = invocation.Parsed.GetValue(failed), Device = invocation.Device, PageSize = limit };
            ListTracesResponse answer = await invocation.Client.ListTracesAsync(request, invocation.Cancellation).ConfigureAwait(false);
            Screen screen = invocation.Screen;
            if (screen.Json)
                screen.Message(answer);
            else if (answer.Traces.Count == 0)
                screen.Note(request.FailedOnly ? "No trace in which something failed." : "No traces.");
            else
                screen.Table(["TRACE", "STARTED (UTC)", "TOOK", "SPANS", "NAME", "PHONE", "BY", "ERROR"], answer.Traces.Select(Row));
            return ExitCode.Ok;
        });
        return list;
    }

    private static Command BuildShow(Globals globals)
    {
        Argument<string> id = IdArgument();
        Command show = new("show", "Show a trace as a waterfall: what took how long, what the phone answered, what failed.") { id };
        globals.RefuseDevice(show, IdIsEnough);
        globals.Run(show, async invocation =>
        {
            GetTraceRequest request = new() { TraceId = invocation.Parsed.GetRequiredValue(id) };
            GetTraceResponse answer = await invocation.Client.GetTraceAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(answer);
            else
                invocation.Screen.Raw(TraceText.Waterfall(answer, invocation.Terminal.OutIsTerminal ? invocation.Terminal.Width : 120));
            return ExitCode.Ok;
        });
        return show;
    }

    private static Command BuildFrames(Globals globals)
    {
        Argument<string> id = IdArgument();
        Option<ulong> number = new("--number") { Description = "Which of its recordings, as imei trace show numbers them; else the last.", HelpName = "N" };
        Option<string> output = new("--output", "-o") { Description = "Where to; a name that ends in .pcapng.", HelpName = "FILE", Required = true };
        Option<bool> force = SnapshotRead.Force();
        Command frames = new("frames", "Write what went over a port before something failed, for Wireshark or tshark. The export is audited.") { id, number, output, force };
        globals.RefuseDevice(frames, IdIsEnough);
        globals.Run(frames, async invocation =>
        {
            ExportFramesRequest request = new() { TraceId = invocation.Parsed.GetRequiredValue(id), Number = invocation.Parsed.GetValue(number) };
            string path = invocation.Parsed.GetRequiredValue(output);
            OutputFile file = OutputFile.Create(path, invocation.Parsed.GetValue(force));
            await using (file.ConfigureAwait(false))
            {
                long bytes = 0;
                await foreach (ExportFramesResponse piece in invocation.Client.ExportFramesAsync(request, invocation.Cancellation).ConfigureAwait(false))
                {
                    await file.WriteAsync(piece.Chunk.Memory, invocation.Cancellation).ConfigureAwait(false);
                    bytes += piece.Chunk.Length;
                }
                await file.CommitAsync().ConfigureAwait(false);
                invocation.Screen.Note($"Wrote {path} ({bytes:N0} bytes). IMEIs, codes and passwords are masked in it; other items of the phone are not.");
            }
            return ExitCode.Ok;
        });
        return frames;
    }

    private static Cell[] Row(TraceSummary trace) =>
    [
        trace.TraceId[..Math.Min(8, trace.TraceId.Length)],
        JobPrinter.Time(trace.StartTime),
        trace.Duration is { } took ? TraceText.For(took.ToTimeSpan()) : "",
        trace.SpanCount.ToString("N0", CultureInfo.InvariantCulture),
        trace.Name,
        Names.Short(trace.Device),
        trace.Operator,
        trace.Failed ? new Cell(trace.Error.Length > 0 ? trace.Error : "failed", Color.Red) : "",
    ];
}
