using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.Client.Cli.Verbs;
using ImeiAgent.V1;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Restoring;

// What would be written, and what was.
internal static class ReceiptPrinter
{
    public static void Plan(Device device, ImeiSlot slot, WriteReceipt plan, Action<Cell> line)
    {
        string model = device.Identity?.Model ?? "";
        line($"phone       {Names.Short(device.Name)}{(model.Length > 0 ? $" ({model})" : "")} at {device.Port}");
        line($"SIM slot    {slot.Slot}");
        Cell now = IdentifyVerb.SlotCell(slot);
        line(now with { Text = $"now         {now.Text}" });
        line($"new         {plan.NewImei}");
        if (plan.NewBytes.Length > 0)
            line($"bytes       {ItemPrinter.Hex(plan.NewBytes.Span)}  (NV item 550)");
        CheckDigit(plan, line);
        if (plan.SourceSnapshot.Length > 0)
            line($"source      {Names.Short(plan.SourceSnapshot)}");
        line($"reason      {plan.Reason}");
    }

    // What a plan ends with when nothing follows it.
    public static void PlanIsAll(WriteReceipt plan, Action<Cell> line)
    {
        Optional("advice", plan.Advice, line);
        line(Words.For(plan.Outcome));
    }

    public static void Receipt(WriteReceipt receipt, Action<Cell> line)
    {
        line(new Cell(Words.For(receipt.Outcome), ColourFor(receipt.Outcome)));
        line($"phone       {Names.Short(receipt.Device)}, SIM {receipt.Slot}");
        line($"before      {(receipt.OldImei.Length > 0 ? receipt.OldImei + "  " : "")}{Words.For(receipt.OldState)}");
        line($"asked for   {receipt.NewImei}");
        if (receipt.NewBytes.Length > 0)
            line($"bytes       {ItemPrinter.Hex(receipt.NewBytes.Span)}  (NV item 550)");
        CheckDigit(receipt, line);
        Optional("source", Names.Short(receipt.SourceSnapshot), line);
        Optional("backup", Names.Short(receipt.BackupSnapshot), line);
        Optional("journal", receipt.Journal, line);
        Optional("operator", receipt.Operator, line);
        Optional("reason", receipt.Reason, line);
        Optional("request id", receipt.RequestId, line);
        if (receipt.Replayed)
            line("replayed    this is the stored receipt of an earlier call; nothing was written now");
        Optional("advice", receipt.Advice, line);
    }

    private static void CheckDigit(WriteReceipt receipt, Action<Cell> line)
    {
        if (receipt.CheckDigitComputed && receipt.NewImei.Length > 0)
            line(new Cell($"check digit the check digit {receipt.NewImei[^1]} was computed: compare it with the label", Color.Yellow));
    }

    private static void Optional(string label, string value, Action<Cell> line)
    {
        if (value.Length > 0)
            line($"{label,-11} {value}");
    }

    private static Color ColourFor(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Applied or WriteOutcome.Validated or WriteOutcome.Unchanged => Color.Green,
        WriteOutcome.Unknown => Color.Red,
        _ => Color.Yellow,
    };
}
