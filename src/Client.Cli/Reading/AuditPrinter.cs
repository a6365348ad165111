using System.Globalization;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// The audit for a person.
internal static class AuditPrinter
{
    public static void List(Screen screen, IReadOnlyList<AuditRow> rows)
    {
        if (rows.Count == 0)
            screen.Note("No rows.");
        else
            screen.Table(["NO", "TIME (UTC)", "BY", "FROM", "WHAT", "PHONE", "OUTCOME", "NUMBERS", "DETAIL"], rows.Select(Row));
    }

    private static Cell[] Row(AuditRow row) =>
    [
        row.Number.ToString(CultureInfo.InvariantCulture),
        JobPrinter.Time(row.Time),
        row.Operator,
        row.Station,
        row.Action,
        Names.Short(row.Device),
        row.Outcome,
        string.Join("; ", row.Numbers.Select(n => $"SIM {n.Slot}: {(n.OldImei.Length > 0 ? n.OldImei : "none")} to {n.NewImei}")),
        row.Detail,
    ];
}
