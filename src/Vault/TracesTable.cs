using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>The tables of traces.db. Times are in units of 100 ns since 1970 in UTC, as .NET counts them.</summary>
internal static class TracesTable
{
    internal const string Schema = """
        CREATE TABLE traces (
            number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            trace_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            started_at BIGINT NOT NULL,
            ended_at BIGINT NOT NULL,
            failed INTEGER NOT NULL,
            weight INTEGER NOT NULL, -- 0 went well, 1 failed, 2 something failed with a phone
            error TEXT NOT NULL,
            device TEXT NOT NULL,
            operator TEXT NOT NULL,
            spans INTEGER NOT NULL,
            left_out BIGINT NOT NULL,
            bytes BIGINT NOT NULL,
            kept_at BIGINT NOT NULL
        );
        CREATE TABLE spans (
            trace BIGINT NOT NULL REFERENCES traces (number) ON DELETE CASCADE,
            span_id TEXT NOT NULL,
            parent_id TEXT NOT NULL,
            source TEXT NOT NULL,
            name TEXT NOT NULL,
            kind INTEGER NOT NULL,
            started_at BIGINT NOT NULL,
            duration BIGINT NOT NULL,
            failed INTEGER NOT NULL,
            status TEXT NOT NULL,
            error TEXT NOT NULL,
            attributes TEXT NOT NULL, -- JSON
            links TEXT NOT NULL, -- traceid-spanid, divided by blanks
            device TEXT NOT NULL,
            operator TEXT NOT NULL,
            PRIMARY KEY (trace, span_id)
        ) WITHOUT ROWID;
        CREATE TABLE recordings (
            number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            trace BIGINT NOT NULL REFERENCES traces (number) ON DELETE CASCADE,
            kept_at BIGINT NOT NULL,
            device TEXT NOT NULL,
            port TEXT NOT NULL,
            error TEXT NOT NULL,
            records INTEGER NOT NULL,
            bytes BIGINT NOT NULL,
            pcapng BLOB NOT NULL,
            text TEXT NOT NULL
        );
        CREATE INDEX recordings_by_trace ON recordings (trace);
        """;

    private const string TraceColumns =
        "number, trace_id, name, started_at, ended_at, failed, error, device, operator, spans, left_out, (SELECT COUNT(*) FROM recordings WHERE trace = number)";

    private const string RecordingColumns = "r.number, t.trace_id, r.kept_at, r.device, r.port, r.error, r.records";

    // What a span takes beside its texts, about.
    private const int SpanOverhead = 150;

    /// <summary>Fails when the file is not what it should be.</summary>
    public static void Touch(VaultSql sql) => sql.Scalar(
        "SELECT (SELECT COUNT(links) FROM (SELECT links FROM spans LIMIT 1)) + (SELECT COUNT(bytes) FROM (SELECT bytes FROM recordings LIMIT 1)) + (SELECT COUNT(weight) FROM traces)");

    /// <summary>The number of a trace; it is begun when there is none.</summary>
    public static long NumberOf(VaultSql sql, string traceId, long start, long now)
    {
        if (sql.Scalar("SELECT number FROM traces WHERE trace_id = @id", ("@id", traceId)) is long known)
            return known;
        return (long)sql.Scalar(
            "INSERT INTO traces (trace_id, name, started_at, ended_at, failed, weight, error, device, operator, spans, left_out, bytes, kept_at) "
            + "VALUES (@id, '', @start, @start, 0, 0, '', '', '', 0, 0, 0, @now) RETURNING number",
            ("@id", traceId), ("@start", start), ("@now", now))!;
    }

    /// <summary>The client of the first call of a trace; empty when none called, null when there is no such trace.</summary>
    public static string? OwnerOf(VaultSql sql, string traceId) => sql.Query(
        "SELECT COALESCE((SELECT json_extract(attributes, '$.\"imeiagent.client\"') FROM spans WHERE trace = number AND operator <> '' ORDER BY started_at LIMIT 1), '') "
        + "FROM traces WHERE trace_id = @id",
        row => row.GetString(0), ("@id", traceId)).FirstOrDefault();

    public static int SpansOf(VaultSql sql, long trace) =>
        (int)(long)sql.Scalar("SELECT COUNT(*) FROM spans WHERE trace = @trace", ("@trace", trace))!;

    /// <summary>What <see cref="Insert"/> runs for each span.</summary>
    public static VaultStatement Inserting(VaultSql sql) => sql.Prepare(
        "INSERT OR IGNORE INTO spans (trace, span_id, parent_id, source, name, kind, started_at, duration, failed, status, error, attributes, links, device, operator) "
        + "VALUES (@trace, @id, @parent, @source, @name, @kind, @start, @duration, @failed, @status, @error, @attributes, @links, @device, @operator)",
        "@trace", "@id", "@parent", "@source", "@name", "@kind", "@start", "@duration", "@failed", "@status", "@error", "@attributes", "@links", "@device", "@operator");

    /// <summary>Adds a span; returns the bytes it takes, 0 when it is there.</summary>
    public static long Insert(VaultStatement inserting, long trace, SpanRow span)
    {
        string attributes = JsonSerializer.Serialize(span.Attributes), links = string.Join(' ', span.Links.Select(link => $"{link.TraceId}-{link.SpanId}"));
        int added = inserting.Execute(
            trace, span.SpanId, span.ParentId, span.Source, span.Name, (int)span.Kind, Ticks(span.Start), span.Duration.Ticks, span.Failed ? 1 : 0, span.StatusMessage,
            span.ErrorType, attributes, links, span.Attributes.GetValueOrDefault("imeiagent.device", ""), span.Attributes.GetValueOrDefault("imeiagent.operator", ""));
        return added == 0 ? 0 : SpanOverhead + attributes.Length + links.Length + span.StatusMessage.Length + span.Name.Length;
    }

    /// <summary>
    /// Brings the line of a trace up to date with its spans. Its name says what it was for: its operation, else the
    /// longest of the spans whose parent is not here, which are calls; its error that of the
    /// earliest operation that failed, else of the earliest call or exchange. What only a recording tells stays.
    /// </summary>
    public static void SumUp(VaultSql sql, long trace, long bytes, long leftOut, long now) => sql.Execute(
        """
        UPDATE traces SET
            name = COALESCE((SELECT s.name FROM spans AS s WHERE s.trace = @trace AND (s.name IN ('restore', 'recovery', 'dump', 'identify')
                OR NOT EXISTS (SELECT 1 FROM spans AS p WHERE p.trace = @trace AND p.span_id = s.parent_id))
                ORDER BY CASE s.name WHEN 'restore' THEN 0 WHEN 'recovery' THEN 1 WHEN 'dump' THEN 2 WHEN 'identify' THEN 3 ELSE 4 END,
                s.duration DESC, s.started_at LIMIT 1), name),
            started_at = (SELECT MIN(started_at) FROM spans WHERE trace = @trace),
            ended_at = (SELECT MAX(started_at + duration) FROM spans WHERE trace = @trace),
            failed = MAX(failed, (SELECT MAX(failed) FROM spans WHERE trace = @trace)),
            weight = MAX(weight, (SELECT MAX(failed + (failed AND source = 'ImeiAgent.Operations'
                AND (name IN ('dump', 'recovery') OR attributes LIKE '%"imeiagent.journal":%'))) FROM spans WHERE trace = @trace)),
            error = COALESCE((SELECT error FROM spans WHERE trace = @trace AND failed = 1 AND error <> ''
                ORDER BY source <> 'ImeiAgent.Operations', started_at LIMIT 1), error),
            device = COALESCE((SELECT device FROM spans WHERE trace = @trace AND device <> '' ORDER BY started_at LIMIT 1), device),
            operator = COALESCE((SELECT operator FROM spans WHERE trace = @trace AND operator <> '' ORDER BY started_at LIMIT 1), operator),
            spans = (SELECT COUNT(*) FROM spans WHERE trace = @trace),
            left_out = left_out + @left_out,
            bytes = bytes + @bytes,
            kept_at = @now
        WHERE number = @trace
        """,
        ("@trace", trace), ("@bytes", bytes), ("@left_out", leftOut), ("@now", now));

    public static List<TraceRow> Query(VaultSql sql, string rest, params ReadOnlySpan<(string Name, object? Value)> values) => sql.Query(
        $"SELECT {TraceColumns} FROM traces WHERE {rest}",
        row => new TraceRow(
            row.GetInt64(0), row.GetString(1), row.GetString(2), Moment(row.GetInt64(3)), TimeSpan.FromTicks(row.GetInt64(4) - row.GetInt64(3)),
            row.GetBoolean(5), row.GetString(6), row.GetString(7), row.GetString(8), row.GetInt32(9), row.GetInt64(10), row.GetInt32(11)),
        values);

    public static List<SpanRow> Spans(VaultSql sql, string traceId) => sql.Query(
        "SELECT s.span_id, s.parent_id, s.source, s.name, s.kind, s.started_at, s.duration, s.failed, s.status, s.error, s.attributes, s.links "
        + "FROM spans AS s JOIN traces AS t ON t.number = s.trace WHERE t.trace_id = @id ORDER BY s.started_at, s.span_id",
        row => new SpanRow(
            traceId, row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), (SpanKind)row.GetInt32(4), Moment(row.GetInt64(5)),
            TimeSpan.FromTicks(row.GetInt64(6)), row.GetBoolean(7), row.GetString(8), row.GetString(9),
            JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(10))!,
            [.. row.GetString(11).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(link => new SpanLink(link[..32], link[33..]))]),
        ("@id", traceId));

    public static List<RecordingRow> Recordings(VaultSql sql, string traceId) => sql.Query(
        $"SELECT {RecordingColumns} FROM recordings AS r JOIN traces AS t ON t.number = r.trace WHERE t.trace_id = @id ORDER BY r.number", RecordingRow, ("@id", traceId));

    public static Recording? Recording(VaultSql sql, long number) => sql.Query(
        $"SELECT {RecordingColumns}, r.pcapng, r.text FROM recordings AS r JOIN traces AS t ON t.number = r.trace WHERE r.number = @number",
        row => new Recording(RecordingRow(row), (byte[])row.GetValue(7), row.GetString(8)), ("@number", number)).FirstOrDefault();

    public static long Ticks(DateTimeOffset moment) => moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    private static DateTimeOffset Moment(long ticks) => DateTimeOffset.UnixEpoch.AddTicks(ticks);

    private static RecordingRow RecordingRow(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), Moment(row.GetInt64(2)), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt32(6));
}
