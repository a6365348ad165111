using System.Globalization;
using System.Text;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>A trace as plain text, for a terminal and for a file that is read later.</summary>
public static class TraceText
{
    private const int Narrowest = 60, LongestName = 48, BarCells = 24, DeepestIndent = 12;

    /// <summary>
    /// The tree of the spans: each with its start, its duration, a bar on the trace's time, and what the phone answered. Siblings that
    /// are alike and went well are one line.
    /// </summary>
    /// <param name="trace">As the agent told it.</param>
    /// <param name="width">Columns; what does not fit behind a bar gets a line of its own.</param>
    public static string Waterfall(GetTraceResponse trace, int width)
    {
        ArgumentNullException.ThrowIfNull(trace);
        TraceSummary summary = trace.Trace ?? new TraceSummary();
        StringBuilder text = new();
        text.Append("trace ").Append(SafeText.Clean(summary.TraceId)).Append('\n').Append(Heading(summary)).Append("\n\n");

        TraceTree tree = TraceTree.Of(trace.Spans);
        int columns = Math.Max(Narrowest, width);
        int names = Math.Min(LongestName, columns - BarCells - 22);
        names = Math.Max(10, Math.Min(names, tree.Rows.Select(row => Label(row).Length).DefaultIfEmpty(0).Max()));
        foreach (TraceRow row in tree.Rows)
            Append(text, row, tree.Duration, names, columns);
        if (summary.SpanCount > trace.Spans.Count)
            text.Append(Invariant($"{summary.SpanCount - trace.Spans.Count:N0} further spans are not shown.\n"));

        foreach (PortRecording recording in trace.Recordings)
            Append(text, recording, summary.TraceId);
        return text.ToString();
    }

    /// <summary>A duration in four characters or so, and its unit.</summary>
    public static string For(TimeSpan duration) => duration.TotalMilliseconds switch
    {
        < 9.95 => Invariant($"{duration.TotalMilliseconds:0.0} ms"),
        < 999.5 => Invariant($"{duration.TotalMilliseconds:0} ms"),
        < 59_995 => Invariant($"{duration.TotalSeconds:0.00} s"),
        _ => Invariant($"{Math.Floor(duration.TotalMinutes):0}:{duration.Seconds:00} min"),
    };

    private static string Heading(TraceSummary summary)
    {
        IEnumerable<string> parts =
        [
            SafeText.Clean(summary.Name),
            summary.StartTime is { } start ? start.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture) : "",
            summary.Duration is { } took ? For(took.ToTimeSpan()) : "",
            SafeText.Clean(summary.Device),
            summary.Operator.Length > 0 ? $"by {SafeText.Clean(summary.Operator)}" : "",
            summary.Failed ? $"failed{(summary.Error.Length > 0 ? $": {SafeText.Clean(summary.Error)}" : "")}" : "",
        ];
        return string.Join("  ", parts.Where(part => part.Length > 0));
    }

    private static void Append(StringBuilder text, TraceRow row, TimeSpan whole, int names, int columns)
    {
        string bar = Bar(row, whole);
        string line = $"{Cut(Label(row), names).PadRight(names)} {For(row.Start),9} {For(row.Duration),9}  {bar}";
        string note = SafeText.Clean(row.Note);
        bool fits = note.Length > 0 && names + 22 + BarCells + 1 + note.Length <= columns;
        text.Append((fits ? $"{line.PadRight(names + 22 + BarCells)} {note}" : line).TrimEnd()).Append('\n');

        string indent = Indent(row.Depth + 1);
        if (note.Length > 0 && !fits)
            Wrap(text, indent, indent, note, columns);
        if (row.Failed)
            Wrap(text, indent + "! ", indent + "  ", SafeText.Clean(row.Failure), columns);
        foreach (string link in row.Links)
            text.Append(indent).Append("-> trace ").Append(SafeText.Clean(link)).Append('\n');
    }

    private static void Append(StringBuilder text, PortRecording recording, string trace)
    {
        string[] about = [recording.Device, recording.Port, recording.Error];
        text.Append(Invariant($"\nrecording {recording.Number}  {recording.RecordCount:N0} packets"));
        foreach (string part in about.Where(part => part.Length > 0))
            text.Append("  ").Append(SafeText.Clean(part));
        string id = SafeText.Clean(trace);
        string brief = id[..Math.Min(8, id.Length)];
        text.Append(Invariant($"\n  imei trace frames {id} --number {recording.Number} -o {brief}-{recording.Number}.pcapng\n"));
    }

    // At blanks; a word that is longer than a line stays whole.
    private static void Wrap(StringBuilder text, string first, string further, string words, int columns)
    {
        int used = first.Length;
        text.Append(first);
        bool begun = false;
        foreach (string word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (begun && used + 1 + word.Length > columns)
            {
                text.Append('\n').Append(further);
                (used, begun) = (further.Length, false);
            }
            text.Append(begun ? " " : "").Append(word);
            used += word.Length + (begun ? 1 : 0);
            begun = true;
        }
        text.Append('\n');
    }

    // From the cell in which it begins to the one in which it ends; what is shorter than half a cell is a thin one.
    private static string Bar(TraceRow row, TimeSpan whole)
    {
        double cell = whole.Ticks > 0 ? (double)whole.Ticks / BarCells : 1;
        int from = Math.Clamp((int)(row.Start.Ticks / cell), 0, BarCells - 1);
        int cells = Math.Clamp((int)Math.Round(row.Duration.Ticks / cell), 0, BarCells - from);
        return new string(' ', from) + (cells == 0 ? "▏" : new string('█', cells));
    }

    private static string Label(TraceRow row) => Indent(row.Depth) + SafeText.Clean(row.Label);

    private static string Indent(int depth) => new(' ', 2 * Math.Min(depth, DeepestIndent));

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
