using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Restoring;

// Rows of the journal for a person.
internal static class JournalPrinter
{
    private static readonly IReadOnlyList<string> Headers = ["NAME", "STARTED (UTC)", "PHONE", "SIM", "NUMBER", "RESULT", "BY"];

    public static void List(Screen screen, IReadOnlyList<JournalEntry> all, bool openOnly)
    {
        if (all.Count == 0)
            screen.Note(openOnly ? "No restore is open." : "No restores.");
        else
            screen.Table(Headers, all.Select(Row));
        foreach (JournalEntry open in all.Where(entry => entry.Hint.Length > 0))
            screen.Note($"{Names.Short(open.Name)}: {open.Hint}");
    }

    public static void Print(Screen screen, JournalEntry entry)
    {
        WriteReceipt receipt = entry.Receipt ?? new WriteReceipt();
        screen.Line($"journal     {Names.Short(entry.Name)}");
        screen.Line(IsOpen(entry)
            ? new Cell($"state       open: {Words.For(entry.State)}", Color.Red)
            : new Cell($"result      {Words.For(receipt.Outcome)}", ReceiptPrinter.ColourFor(receipt.Outcome)));
        if (entry.Hint.Length > 0)
            screen.Line($"to do       {entry.Hint}");
        if (receipt.ErrorReason.Length > 0)
            screen.Line($"error       {receipt.ErrorReason}");
        screen.Line($"started     {JobPrinter.Time(receipt.StartTime)} UTC");
        if (receipt.EndTime is { } end)
            screen.Line($"ended       {JobPrinter.Time(end)} UTC");
        ReceiptPrinter.What(receipt, cell => screen.Line(cell));
        ReceiptPrinter.Who(receipt, cell => screen.Line(cell));
    }

    private static bool IsOpen(JournalEntry entry) => entry.State != JournalState.Closed;

    private static Cell[] Row(JournalEntry entry)
    {
        WriteReceipt receipt = entry.Receipt ?? new WriteReceipt();
        IReadOnlyList<SlotReceipt> slots = receipt.EverySlot;
        return
        [
            Names.Short(entry.Name),
            JobPrinter.Time(receipt.StartTime),
            Names.Short(receipt.Device),
            string.Join(",", slots.Select(slot => slot.Slot)),
            string.Join(", ", slots.Select(slot => slot.NewImei)),
            IsOpen(entry)
                ? new Cell($"OPEN: {Words.For(entry.State)}", Color.Red)
                : new Cell(Words.InBrief(receipt.Outcome), ReceiptPrinter.ColourFor(receipt.Outcome)),
            receipt.Operator,
        ];
    }
}
