using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei nv read
internal static class NvVerb
{
    // So many items are read one by one, which also tells their names.
    private const int FewItems = 16;

    // So many are all shown; of more, those without data are only counted.
    private const int ShowAbsentUpTo = 256;

    public static Command Build(Globals globals)
    {
        Argument<string> items = new("ITEMS") { Description = "550, 0x226, 0-65535 or 10,441,550-560." };
        Option<uint> sim = SimOption.One("--sim", "SIM slot.");
        Option<string> output = SnapshotRead.Output("Write NV text v3.5 to this file; - is standard output. Without it the items are shown.");
        Option<bool> force = SnapshotRead.Force();
        Command read = new("read", $"Read NV items. Of more than {ShowAbsentUpTo} items, those without data are counted and not shown.")
        {
            items, sim, output, force,
        };
        globals.Run(read, invocation =>
        {
            uint slot = invocation.Parsed.GetValue(sim);
            IReadOnlyList<NvRange> ranges = TypedItems.Parse(invocation.Parsed.GetRequiredValue(items));
            return invocation.Parsed.GetValue(output) is { } path
                ? SnapshotRead.RunAsync(
                    invocation, new StartDumpRequest { Device = invocation.Device, Ranges = { ranges }, Slots = { slot } }, path, invocation.Parsed.GetValue(force))
                : ShowAsync(invocation, new ReadRangeRequest { Device = invocation.Device, Ranges = { ranges }, Slots = { slot } });
        });
        return new Command("nv", "NV items: numbered cells of 128 bytes.") { read };
    }

    private static Task<ExitCode> ShowAsync(Invocation invocation, ReadRangeRequest request)
    {
        long count = ItemRanges.Count(request.Ranges);
        // Scripts get one form whatever the number of items.
        return count <= FewItems && !invocation.Screen.Json ? ShowFewAsync(invocation, request) : ShowManyAsync(invocation, request, count);
    }

    private static async Task<ExitCode> ShowFewAsync(Invocation invocation, ReadRangeRequest request)
    {
        bool complete = true;
        IEnumerable<uint> items = request.Ranges.SelectMany(range => Enumerable.Range((int)range.First, (int)(range.Last - range.First + 1)))
            .Distinct().Select(item => (uint)item);
        foreach (uint item in items)
        {
            ReadItemRequest one = new() { Device = request.Device, Item = item, Slot = request.Slots[0] };
            ReadItemResponse answer = await invocation.Client.ReadItemAsync(one, invocation.Cancellation).ConfigureAwait(false);
            ItemPrinter.Print(invocation.Screen, answer.Item, answer.Name);
            complete &= answer.Item.IsKnown;
        }
        return complete ? ExitCode.Ok : ExitCode.Incomplete;
    }

    private static async Task<ExitCode> ShowManyAsync(Invocation invocation, ReadRangeRequest request, long count)
    {
        Screen screen = invocation.Screen;
        request.SkipAbsent = count > ShowAbsentUpTo && !screen.Json;
        ReadSummary summary = await OwnJob.RunAsync(invocation, own => ShowManyAsync(invocation, request, own)).ConfigureAwait(false);
        if (!screen.Json)
            screen.Note($"{summary.Total:N0} items: {JobWatch.Counts(summary)}.");
        return summary.Failed == 0 ? ExitCode.Ok : ExitCode.Incomplete;
    }

    private static async Task<ReadSummary> ShowManyAsync(Invocation invocation, ReadRangeRequest request, OwnJob own)
    {
        Screen screen = invocation.Screen;
        JobNotes notes = new(screen);
        ReadSummary? summary = null;
        await foreach (ReadRangeResponse message in invocation.Client.ReadRangeAsync(request, notes.TellAgain, own.Watching).ConfigureAwait(false))
        {
            if (message.Header is { Job.Length: > 0 } header)
                own.IsNamed(header.Job);
            summary = message.Summary ?? summary;
            if (screen.Json)
            {
                screen.Message(message);
                continue;
            }
            if (message.Header is { Shared: true })
                screen.Note("note: these items are already being read for somebody else; sharing that dump");
            notes.Tell(message.Header?.Notes ?? []);
            foreach (NvItem item in message.Batch?.Items ?? [])
                ItemPrinter.Print(screen, item, "");
        }
        return summary ?? throw JobWatch.NoSummary();
    }
}
