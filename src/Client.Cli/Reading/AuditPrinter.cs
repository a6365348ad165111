using System.Globalization;
using System.Text;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// The audit for a person, and as CSV.
internal static class AuditPrinter
{
    private static readonly string[] Header =
    [
        "number", "time", "operator", "client", "station", "action", "device", "outcome", "detail", "trace_id", "journal",
        "slot1_old_imei", "slot1_new_imei", "slot2_old_imei", "slot2_new_imei", "hash",
    ];

    public static void List(Screen screen, IReadOnlyList<AuditRow> rows)
    {
        if (rows.Count == 0)
            screen.Note("No rows.");
        else
            screen.Table(["NO", "TIME (UTC)", "BY", "FROM", "WHAT", "PHONE", "OUTCOME", "NUMBERS", "DETAIL"], rows.Select(Row));
    }

    /// <summary>The names of the columns, as a line with its end (RFC 4180).</summary>
    public static string CsvHeader { get; } = string.Join(',', Header) + "\r\n";

    /// <summary>A row as a line with its end (RFC 4180). A spreadsheet takes no cell for a formula.</summary>
    public static string Csv(AuditRow row)
    {
        AuditNumber? first = row.Numbers.FirstOrDefault(n => n.Slot == 1), second = row.Numbers.FirstOrDefault(n => n.Slot == 2);
        string[] cells =
        [
            row.Number.ToString(CultureInfo.InvariantCulture), row.Time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            row.Operator, row.Client, row.Station, row.Action, row.Device, row.Outcome, row.Detail, row.TraceId, row.Journal,
            first?.OldImei ?? "", first?.NewImei ?? "", second?.OldImei ?? "", second?.NewImei ?? "", row.Hash,
        ];
        return string.Join(',', cells.Select(Quoted)) + "\r\n";
    }

    private static string Quoted(string cell)
    {
        StringBuilder text = new(SafeText.Clean(cell));
        // Spreadsheets compute what begins so, whoever typed it as a reason.
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@')
            text.Insert(0, '\'');
        return text.ToString().AsSpan().ContainsAny(',', '"', '\'') ? $"\"{text.Replace("\"", "\"\"")}\"" : text.ToString();
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
