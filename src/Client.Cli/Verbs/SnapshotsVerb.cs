using System.CommandLine;
using System.Globalization;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei snapshots list | show | export
internal static class SnapshotsVerb
{
    // For commands that take a NAME.
    private const string NameIsEnough = "The snapshot's NAME is enough: leave -d out. imei snapshots list -d PHONE lists those of one phone.";

    public static Command Build(Globals globals) =>
        new("snapshots", "What was read from phones and is kept by the agent.") { BuildList(globals), BuildShow(globals), BuildExport(globals) };

    private static Argument<string> NameArgument() => new("NAME") { Description = "Name of the snapshot, or a unique beginning of it." };

    private static Command BuildList(Globals globals)
    {
        Command list = new("list", "List snapshots, newest first; with -d those of one phone, attached or not.");
        globals.Run(list, ListAsync);
        return list;
    }

    private static Command BuildShow(Globals globals)
    {
        Argument<string> name = NameArgument();
        Option<bool> reveal = new("--reveal") { Description = "Show IMEIs unmasked." };
        Command show = new("show", "Show what a snapshot holds.") { name, reveal };
        globals.RefuseDevice(show, NameIsEnough);
        globals.Run(show, invocation => ShowAsync(invocation, new GetSnapshotRequest
        {
            Name = invocation.Parsed.GetRequiredValue(name),
            RevealImei = invocation.Parsed.GetValue(reveal),
        }));
        return show;
    }

    private static Command BuildExport(Globals globals)
    {
        Argument<string> name = NameArgument();
        Option<string> output = SnapshotRead.Output("The file; - or nothing is standard output.");
        Option<bool> force = SnapshotRead.Force();
        Option<uint> sim = SimOption.One("--sim", "SIM slot: the format holds one.");
        Option<bool> activeOnly = new("--active-only") { Description = "Only items with data: the form that every old reader takes." };
        Command export = new("export", "Write a snapshot as NV text v3.5.") { name, output, force, sim, activeOnly };
        globals.RefuseDevice(export, NameIsEnough);
        globals.Run(export, async invocation =>
        {
            string path = invocation.Parsed.GetValue(output) ?? SnapshotExport.StandardOutput;
            ExportSnapshotRequest request = new()
            {
                Name = invocation.Parsed.GetRequiredValue(name),
                Format = SnapshotFormat.NvText,
                Slot = invocation.Parsed.GetValue(sim),
                ActiveOnly = invocation.Parsed.GetValue(activeOnly),
            };
            if (path == SnapshotExport.StandardOutput && invocation.Screen.Json)
                throw CliException.Usage("export writes a file, not JSON: give -o FILE, or leave --json out.");
            await SnapshotExport.RunAsync(invocation, request, path, invocation.Parsed.GetValue(force)).ConfigureAwait(false);
            await TellWhatIsNotInItAsync(invocation, request).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return export;
    }

    // The format has no place for what is known of a snapshot: items that never answered, bytes that were lost, the other SIM.
    private static async Task TellWhatIsNotInItAsync(Invocation invocation, ExportSnapshotRequest request)
    {
        GetSnapshotResponse answer = await invocation.Client
            .GetSnapshotAsync(new GetSnapshotRequest { Name = request.Name }, invocation.Cancellation).ConfigureAwait(false);
        foreach (string note in answer.Snapshot.Notes)
            invocation.Screen.Note("note: " + note);
        foreach (uint other in answer.Snapshot.Slots.Where(slot => slot != request.Slot))
            invocation.Screen.Note($"note: the snapshot holds SIM {other} too; --sim {other} writes it to a file of its own");
    }

    private static Task<ExitCode> ListAsync(Invocation invocation) => Pages.ListAsync(
        invocation,
        token => invocation.Client.ListSnapshotsAsync(
            new ListSnapshotsRequest { Device = invocation.Device, PageSize = Pages.Size, PageToken = token }, invocation.Cancellation),
        page => (page.Snapshots, page.NextPageToken),
        all =>
        {
            if (all.Count == 0)
                invocation.Screen.Note("No snapshots.");
            else
                invocation.Screen.Table(["NAME", "TAKEN (UTC)", "ORIGIN", "PHONE", "ITEMS", "ACTIVE", "SIM"], all.Select(Row));
        });

    private static async Task<ExitCode> ShowAsync(Invocation invocation, GetSnapshotRequest request)
    {
        Screen screen = invocation.Screen;
        GetSnapshotResponse answer = await invocation.Client.GetSnapshotAsync(request, invocation.Cancellation).ConfigureAwait(false);
        if (screen.Json)
        {
            screen.Message(answer);
            return ExitCode.Ok;
        }

        Snapshot snapshot = answer.Snapshot;
        screen.Line($"name        {Names.Short(snapshot.Name)}");
        screen.Line($"taken       {Time(snapshot)} UTC, {Words.For(snapshot.Origin)}");
        screen.Line($"phone       {Phone(snapshot)}");
        screen.Line($"items       {snapshot.Items:N0}, of these {snapshot.Active:N0} active; SIM {string.Join(" and ", snapshot.Slots)}");
        screen.Line($"SHA-256     {snapshot.Sha256}");
        foreach (ImeiSlot slot in snapshot.ImeiSlots)
        {
            Cell cell = IdentifyVerb.SlotCell(slot);
            screen.Line(cell with { Text = $"IMEI SIM {slot.Slot}  {cell.Text}" });
        }
        foreach (string note in snapshot.Notes)
            screen.Line($"note        {note}");
        return ExitCode.Ok;
    }

    private static Cell[] Row(Snapshot snapshot) =>
    [
        Names.Short(snapshot.Name),
        Time(snapshot),
        Words.For(snapshot.Origin),
        Phone(snapshot),
        snapshot.Items.ToString("N0", CultureInfo.InvariantCulture),
        snapshot.Active.ToString("N0", CultureInfo.InvariantCulture),
        string.Join(",", snapshot.Slots),
    ];

    private static string Phone(Snapshot snapshot) => string.Join(
        " ", ((string[])[snapshot.Identity?.Model ?? "", Names.Short(snapshot.Device)]).Where(part => part.Length > 0));

    private static string Time(Snapshot snapshot) =>
        snapshot.CreateTime?.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
