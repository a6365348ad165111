using System.CommandLine;
using ImeiAgent.Client.Cli.Contexts;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Verbs;

// imei devices
internal static class DevicesVerb
{
    private static readonly string[] Headers = ["NAME", "PORT", "STATE", "MODEL", "SIM 1", "SIM 2", "HELD BY"];

    public static Command Build(Globals globals)
    {
        Option<bool> all = new("--all")
        {
            Description = "Ask this machine's agent and that of every context, side by side; with --json a line for each, with \"answer\" or \"error\".",
        };
        Option<bool> watch = new("--watch")
        {
            Description = "Stay, and tell every change until Ctrl-C: phones that come, leave or change port, who holds one, jobs; with --json each message of the agent.",
        };
        Command command = new("devices", "List the phones and ports that the agent knows.") { all, watch };
        command.Validators.Add(result =>
        {
            if (result.GetResult(all) is { Implicit: false } && result.GetResult(watch) is { Implicit: false })
                result.AddError("Give one of --all and --watch: one agent is watched at a time.");
        });
        globals.Run(command, invocation =>
            invocation.Parsed.GetValue(all) ? RunAllAsync(invocation) : invocation.Parsed.GetValue(watch) ? WatchAsync(invocation) : RunAsync(invocation));
        return command;
    }

    private static async Task<ExitCode> WatchAsync(Invocation invocation)
    {
        Screen screen = invocation.Screen;
        DeviceNews news = new(screen, invocation.Terminal.Time);
        await foreach (WatchDevicesResponse told in invocation.Client.FollowDevicesAsync(screen.Note, invocation.Cancellation).ConfigureAwait(false))
        {
            if (screen.Json)
                screen.Message(told);
            else
                news.Tell(told);
        }
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        Screen screen = invocation.Screen;
        ListDevicesResponse list = await invocation.Client.ListDevicesAsync(invocation.Cancellation).ConfigureAwait(false);
        if (screen.Json)
        {
            screen.Message(list);
            return ExitCode.Ok;
        }
        Print(screen, list.Devices);
        return ExitCode.Ok;
    }

    /// <summary>The devices for a person.</summary>
    public static void Print(Screen screen, IReadOnlyCollection<Device> devices)
    {
        if (devices.Count == 0)
        {
            screen.Note("No devices. Is the phone in diagnostic (DM) mode, and its port free?");
            return;
        }
        screen.Table(Headers, devices.Select(Row));
        Hint(screen, devices);
    }

    private static async Task<ExitCode> RunAllAsync(Invocation invocation)
    {
        if (invocation.NamesAgent)
            throw CliException.Usage("--all asks every agent: leave --context and --agent out.");
        Screen screen = invocation.Screen;
        IReadOnlyList<AgentAnswer> answers = await EveryAgent.AskAsync(invocation).ConfigureAwait(false);
        if (screen.Json)
        {
            foreach (AgentAnswer answer in answers) // A context's name needs no escapes.
                screen.Raw($"{{ \"context\": \"{answer.Context}\", {(answer.Devices is { } list ? $"\"answer\": {Json.Line(list)}" : $"\"error\": {Json.Error(answer.Fault!)}")} }}\n");
            return CodeOf(answers);
        }
        screen.Table(
            ["CONTEXT", .. Headers],
            answers.SelectMany(answer => answer.Devices?.Devices.Select(device => (Cell[])[answer.Context, .. Row(device)]) ?? []));
        foreach (AgentAnswer answer in answers.Where(answer => answer.Fault is not null))
            screen.Line(new Cell($"{answer.Context}: {Failures.InOneLine(answer.Fault!)}", Color.Red));
        Hint(screen, answers.SelectMany(answer => answer.Devices?.Devices ?? []));
        return CodeOf(answers);
    }

    // All failed: as the first alone would end. Some: what was read is shown, and is not everything.
    private static ExitCode CodeOf(IReadOnlyList<AgentAnswer> answers)
    {
        AgentAnswer[] failures = [.. answers.Where(answer => answer.IsFailure(answers.Count == 1))];
        return failures.Length == 0 ? ExitCode.Ok
            : answers.Any(answer => answer.Devices is not null) ? ExitCode.Incomplete
            : ExitCodes.For(failures[0].Fault!);
    }

    private static void Hint(Screen screen, IEnumerable<Device> devices)
    {
        foreach (Device device in devices.Where(device => device.Hint.Length > 0))
            screen.Note($"{Names.Short(device.Name)}: {device.Hint}");
    }

    private static Cell[] Row(Device device) =>
    [
        Names.Short(device.Name),
        device.Port,
        new Cell(Words.For(device.State), Colours.For(device.State)),
        device.Identity?.Model ?? "",
        Slot(device, 1),
        Slot(device, 2),
        Words.Holder(device.Lease),
    ];

    private static Cell Slot(Device device, uint number)
    {
        ImeiSlot? slot = device.ImeiSlots.FirstOrDefault(slot => slot.Slot == number);
        return slot is null ? "" : new Cell(Words.For(slot.State), Colours.For(slot.State));
    }
}

// Colour says nothing that the words beside it do not say.
internal static class Colours
{
    public static Color? For(DeviceState state) => state switch
    {
        DeviceState.Ready => Color.Green,
        DeviceState.Probing => Color.Yellow,
        DeviceState.Disconnected or DeviceState.Unavailable or DeviceState.Unsettled => Color.Red,
        _ => null,
    };

    public static Color? For(ImeiSlotState state) => state switch
    {
        ImeiSlotState.Ok => Color.Green,
        ImeiSlotState.Blank or ImeiSlotState.Generic or ImeiSlotState.Invalid => Color.Red,
        ImeiSlotState.Unreadable => Color.Yellow,
        _ => null,
    };
}
