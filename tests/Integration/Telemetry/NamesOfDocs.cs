using System.Text.RegularExpressions;
using ImeiAgent.TestKit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>A name of the table of spans.</summary>
/// <param name="Row">Which row it stands in.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Name">Its name; a pattern where the table gives an example ("as in").</param>
/// <param name="Text">What the table says.</param>
/// <param name="Kind">internal, client or server.</param>
/// <param name="Attributes">All it may have.</param>
internal sealed record SpanOfDocs(int Row, string Source, Regex Name, string Text, string Kind, IReadOnlySet<string> Attributes);

/// <summary>A row of the table of metrics.</summary>
internal sealed record MetricOfDocs(string Meter, string Name, string Unit, string Kind, IReadOnlySet<string> Attributes);

/// <summary>The tables of docs/telemetry.md.</summary>
internal static partial class NamesOfDocs
{
    /// <summary>The spans, one for each name.</summary>
    public static IReadOnlyList<SpanOfDocs> Spans { get; } =
    [
        .. from numbered in Rows("## Spans").Index()
           let row = numbered.Item
           from name in Names(row[1])
           select new SpanOfDocs(numbered.Index, Code(row[0]).Single(), name.Pattern, name.Text, row[2], Code(row[3]).ToHashSet()),
    ];

    /// <summary>The metrics of this program; the runtime's own are not listed one by one.</summary>
    public static IReadOnlyList<MetricOfDocs> Metrics { get; } =
    [
        .. Rows("## Metrics").Where(row => row[1].Contains('`', StringComparison.Ordinal))
            .Select(row => new MetricOfDocs(Code(row[0]).Single(), Code(row[1]).Single(), row[2], row[3], Code(row[4]).ToHashSet())),
    ];

    private static IEnumerable<(Regex Pattern, string Text)> Names(string cell) => cell switch
    {
        _ when cell.StartsWith("full method", StringComparison.Ordinal) => [(FullMethod(), "full method")],
        _ when cell.StartsWith("official name", StringComparison.Ordinal) => [(Command(), "official name")],
        _ when cell.StartsWith("`imei VERB`", StringComparison.Ordinal) => [(Verb(), "imei VERB")],
        _ when cell.StartsWith("`desktop.ACTION`", StringComparison.Ordinal) => [(Action(), "desktop.ACTION")],
        _ => Code(cell).Select(name => (new Regex($"^{Regex.Escape(name)}$"), name)),
    };

    // The cells of the first table below a heading.
    private static IEnumerable<string[]> Rows(string heading) => File.ReadLines(Repository.File("docs/telemetry.md"))
        .SkipWhile(line => line != heading).SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'))
        .Skip(2).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    private static IEnumerable<string> Code(string cell) => InCode().Matches(cell).Select(found => found.Groups[1].Value);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InCode();

    [GeneratedRegex(@"^[a-z][\w.]*\.[A-Z]\w+/[A-Z]\w+$")]
    private static partial Regex FullMethod();

    [GeneratedRegex("^DIAG_[A-Z0-9_]+( NV_(READ|WRITE))?$")]
    private static partial Regex Command();

    // What a person can ask a window for: each page names its own, and all are alike.
    [GeneratedRegex(@"^desktop(\.[a-z_]+){1,2}$")]
    private static partial Regex Action();

    [GeneratedRegex("^imei [a-z-]+( [a-z-]+)?$")]
    private static partial Regex Verb();
}
