using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.Client.Cli.Verbs;
using ImeiAgent.V1;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Restoring;

// What would be written, and what was.
internal static class ReceiptPrinter
{
    public static void Plan(Device device, IReadOnlyList<ImeiSlot> now, WriteReceipt plan, Action<Cell> line)
    {
        string model = device.Identity?.Model ?? "";
        line($"phone       {Names.Short(device.Name)}{(model.Length > 0 ? $" ({model})" : "")} at {device.Port}");
        foreach (SlotReceipt slot in plan.EverySlot)
        {
            line($"SIM slot    {slot.Slot}");
            Cell holds = IdentifyVerb.SlotCell(now.FirstOrDefault(held => held.Slot == slot.Slot) ?? new ImeiSlot { Slot = slot.Slot });
            line(holds with { Text = $"now         {holds.Text}" });
            line($"new         {slot.NewImei}");
            Number(slot, line);
        }
        line($"reason      {plan.Reason}");
        Optional("evidence", plan.Evidence, line);
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
        What(receipt, line);
        Optional("journal", receipt.Journal, line);
        Who(receipt, line);
    }

    /// <summary>The phone, and what of its slots.</summary>
    public static void What(WriteReceipt receipt, Action<Cell> line)
    {
        IReadOnlyList<SlotReceipt> slots = receipt.EverySlot;
        line($"phone       {Names.Short(receipt.Device)}, SIM {string.Join(" and ", slots.Select(slot => slot.Slot))}");
        foreach (SlotReceipt slot in slots)
        {
            if (slots.Count > 1)
                line($"SIM slot    {slot.Slot}");
            line($"before      {(slot.OldImei.Length > 0 ? slot.OldImei + "  " : "")}{Words.For(slot.OldState)}");
            line($"asked for   {slot.NewImei}");
            Number(slot, line);
        }
        Optional("backup", Names.Short(receipt.BackupSnapshot), line);
        if (receipt.Restarted)
            line("restart     the phone restarted after the write");
        else if (receipt.Outcome == WriteOutcome.Applied)
            line("restart     none seen after the write: whether the number holds over a restart is not known");
    }

    /// <summary>Who asked for it, why, and what is left to do.</summary>
    public static void Who(WriteReceipt receipt, Action<Cell> line)
    {
        Optional("operator", receipt.Operator, line);
        Optional("reason", receipt.Reason, line);
        Optional("evidence", receipt.Evidence, line);
        Optional("approved by", receipt.ApprovedBy + (receipt.ApprovalReason.Length > 0 ? $": {receipt.ApprovalReason}" : ""), line);
        Optional("settled by", receipt.SettledBy, line);
        Optional("request id", receipt.RequestId, line);
        Optional("trace id", receipt.TraceId, line);
        Optional("SHA-256", receipt.Sha256, line);
        if (receipt.Replayed)
            line("replayed    this is the stored receipt of an earlier call; nothing was written now");
        Optional("advice", receipt.Advice, line);
    }

    public static Color ColourFor(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Applied or WriteOutcome.Validated or WriteOutcome.Unchanged => Color.Green,
        WriteOutcome.Unknown => Color.Red,
        _ => Color.Yellow,
    };

    private static void Number(SlotReceipt slot, Action<Cell> line)
    {
        if (slot.NewBytes is { IsEmpty: false } bytes)
            line($"bytes       {ItemPrinter.Hex(bytes.Span)}  (NV item 550)");
        if (slot.CheckDigitComputed && slot.NewImei.Length > 0)
            line(new Cell($"check digit the check digit {slot.NewImei[^1]} was computed: compare it with the label", Color.Yellow));
        Optional("source", Names.Short(slot.SourceSnapshot), line);
    }

    private static void Optional(string label, string value, Action<Cell> line)
    {
        if (value.Length > 0)
            line($"{label,-11} {value}");
    }
}
