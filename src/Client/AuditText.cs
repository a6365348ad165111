using System.Globalization;
using System.Text;
using Google.Protobuf;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>The audit as a file that is taken along, by whichever client.</summary>
public static class AuditText
{
    private static readonly string[] Header =
    [
        "number", "time", "operator", "client", "station", "action", "device", "outcome", "detail", "trace_id", "journal",
        "slot1_old_imei", "slot1_new_imei", "slot2_old_imei", "slot2_new_imei", "hash",
    ];

    /// <summary>A row as a line with its end: the contract's message as canonical proto JSON.</summary>
    public static string Json(AuditRow row) => JsonFormatter.Default.Format(row) + "\n";

    /// <summary>The names of the columns, as a line with its end (RFC 4180).</summary>
    public static string CsvHeader { get; } = string.Join(',', Header) + "\r\n";

    /// <summary>A row as a line with its end (RFC 4180). A spreadsheet takes no cell for a formula.</summary>
    public static string Csv(AuditRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
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
        StringBuilder text = new();
        // Spreadsheets compute what begins so, whoever typed it as a reason; some begin a cell at a semicolon, a tab or a bar too.
        char before = ';';
        foreach (char c in SafeText.Clean(cell))
        {
            if (before is ';' or ',' or '|' or '\t' && c is '=' or '+' or '-' or '@')
                text.Append('\'');
            text.Append(c);
            before = c == ' ' ? before : c;
        }
        return text.ToString().AsSpan().ContainsAny(',', '"', '\'') ? $"\"{text.Replace("\"", "\"\"")}\"" : text.ToString();
    }
}
