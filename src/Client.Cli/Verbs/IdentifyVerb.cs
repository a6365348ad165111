using System.CommandLine;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei identify
internal static class IdentifyVerb
{
    public static Command Build(Globals globals)
    {
        Option<bool> reveal = new("--reveal") { Description = "Show IMEIs unmasked." };
        Command command = new("identify", "Ask a phone who it is and what its IMEI slots hold.") { reveal };
        globals.Run(command, invocation => RunAsync(invocation, invocation.Parsed.GetValue(reveal)));
        return command;
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation, bool reveal)
    {
        Screen screen = invocation.Screen;
        IdentifyDeviceResponse answer = await invocation.Client.IdentifyDeviceAsync(
            new IdentifyDeviceRequest { Device = invocation.Device, RevealImei = reveal }, invocation.Cancellation).ConfigureAwait(false);
        if (screen.Json)
        {
            screen.Message(answer);
            return ExitCode.Ok;
        }

        Device device = answer.Device;
        PhoneIdentity identity = device.Identity ?? new PhoneIdentity();
        Field(screen, "name", Names.Short(device.Name));
        Field(screen, "port", device.Port);
        Field(screen, "state", new Cell(Words.For(device.State), Colours.For(device.State)));
        Field(screen, "model", identity.Model);
        Field(screen, "build", identity.Build);
        Field(screen, "compiled", identity.Compiled);
        Field(screen, "ESN", identity.Esn);
        Field(screen, "MEID", identity.Meid);
        foreach (ImeiSlot slot in device.ImeiSlots)
            Field(screen, $"IMEI SIM {slot.Slot}", SlotCell(slot));
        if (!answer.SecondSimReachable)
            screen.Note("This phone offers no way to its second SIM slot.");
        if (device.Hint.Length > 0)
            screen.Note(device.Hint);
        return ExitCode.Ok;
    }

    public static Cell SlotCell(ImeiSlot slot)
    {
        string text = slot.Imei.Length > 0 ? $"{slot.Imei}  {Words.For(slot.State)}" : Words.For(slot.State);
        if (slot.PhoneAnswer.Length > 0)
            text += $" ({slot.PhoneAnswer})";
        return new Cell(text, Colours.For(slot.State));
    }

    private static void Field(Screen screen, string label, Cell value)
    {
        if (value.Text.Length > 0)
            screen.Line(value with { Text = $"{label,-11} {value.Text}" });
    }
}
