using System.CommandLine;
using ImeiAgent.V1;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Verbs;

// imei devices
internal static class DevicesVerb
{
    public static Command Build(Globals globals)
    {
        Command command = new("devices", "List the phones and ports that the agent knows.");
        globals.Run(command, RunAsync);
        return command;
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
        if (list.Devices.Count == 0)
        {
            screen.Note("No devices. Is the phone in diagnostic (DM) mode, and its port free?");
            return ExitCode.Ok;
        }

        screen.Table(["NAME", "PORT", "STATE", "MODEL", "SIM 1", "SIM 2", "HELD BY"], list.Devices.Select(Row));
        foreach (Device device in list.Devices.Where(device => device.Hint.Length > 0))
            screen.Note($"{Names.Short(device.Name)}: {device.Hint}");
        return ExitCode.Ok;
    }

    private static Cell[] Row(Device device) =>
    [
        Names.Short(device.Name),
        device.Port,
        new Cell(Words.For(device.State), Colours.For(device.State)),
        device.Identity?.Model ?? "",
        Slot(device, 1),
        Slot(device, 2),
        LeaseWords.Holder(device.Lease),
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
