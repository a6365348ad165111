using System.Globalization;

namespace ImeiAgent.Vault;

/// <summary>
/// What happened inside the agent of late, for those who have no collector: spans of traces, and what went over a port before something failed. In a
/// file of its own, which may be lost: to keep never throws, waits for no disk, and touches nothing of the journal. Bounded, the oldest go first.
/// </summary>
public sealed class Traces
{
    private const int IdLength = 32, LeastBeginning = 4, MostCandidates = 10;

    private readonly TracesFile _file;
    private readonly TimeProvider _time;
    private readonly TracesLimits _limits;
    private long _lost;
    private int _unlooked;

    private Traces(TracesFile file, TimeProvider time, TracesLimits limits) => (_file, _time, _limits) = (file, time, limits);

    internal static Traces Open(string directory, TimeProvider time, TracesLimits limits)
    {
        var traces = new Traces(TracesFile.Open(directory), time, limits);
        traces.Keep(sql => traces.Prune(sql), 0);
        return traces;
    }

    /// <summary>What is wrong with the file, for a person: that it was set aside, or that traces are in memory. Empty when nothing is.</summary>
    public string Problem => _file.Problem;

    /// <summary>How many spans and recordings could not be kept, because the disk is full or another program holds the file.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Version of SQLite, as in "3.50.4".</summary>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public string SqliteVersion => _file.Read(sql => (string)sql.Scalar("SELECT sqlite_version()")!);

    /// <summary>Keeps spans that have ended, in any order.</summary>
    /// <returns>Whether they are kept; else they are counted in <see cref="Lost"/>.</returns>
    public bool Append(IReadOnlyList<SpanRow> spans)
    {
        ArgumentNullException.ThrowIfNull(spans);
        return Keep(
            sql =>
            {
                long now = TracesTable.Ticks(_time.GetUtcNow());
                foreach (IGrouping<string, SpanRow> trace in spans.GroupBy(span => span.TraceId))
                    Append(sql, [.. trace], now);
                if ((_unlooked += spans.Count) < _limits.SpansUnlooked)
                    return;
                Prune(sql);
            },
            spans.Count);
    }

    /// <summary>Keeps what went over a port before something failed.</summary>
    /// <param name="traceId">Trace of the operation, 32 hex digits; its spans may come later.</param>
    /// <param name="device">The phone's name.</param>
    /// <param name="port">The port.</param>
    /// <param name="error">Why it is kept, as in "NO_REPLY".</param>
    /// <param name="recordCount">How many packets and faults are in it.</param>
    /// <param name="pcapng">A pcapng file, masked.</param>
    /// <param name="text">The same for a person.</param>
    /// <returns>Whether it is kept; one without a trace, or larger than all recordings may be together, is not.</returns>
    public bool KeepRecording(string traceId, string device, string port, string error, int recordCount, ReadOnlyMemory<byte> pcapng, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        long bytes = pcapng.Length + text.Length;
        if (Hex(traceId) is not { Length: IdLength } id || bytes > _limits.RecordingBytes)
        {
            Interlocked.Increment(ref _lost);
            return false;
        }
        return Keep(
            sql =>
            {
                long now = TracesTable.Ticks(_time.GetUtcNow());
                long trace = TracesTable.NumberOf(sql, id, now, now);
                sql.Execute(
                    "INSERT INTO recordings (trace, kept_at, device, port, error, records, bytes, pcapng, text) VALUES (@trace, @at, @device, @port, @error, @records, @bytes, @pcapng, @text)",
                    ("@trace", trace), ("@at", now), ("@device", device), ("@port", port), ("@error", error), ("@records", recordCount), ("@bytes", bytes),
                    ("@pcapng", pcapng.ToArray()), ("@text", text));
                sql.Execute(
                    "UPDATE traces SET failed = 1, weight = 2, error = CASE error WHEN '' THEN @error ELSE error END, device = CASE device WHEN '' THEN @device ELSE device END, kept_at = @now "
                    + "WHERE number = @trace",
                    ("@error", error), ("@device", device), ("@now", now), ("@trace", trace));
                TracesPruning.Recordings(sql, _limits);
            },
            1);
    }

    /// <summary>Lists traces, newest first.</summary>
    /// <param name="failedOnly">Only those with a span that failed.</param>
    /// <param name="device">Only those of this phone, by its full name; null for all.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="before">Only those with a smaller number: the last of the page before; null for the first page.</param>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public IReadOnlyList<TraceRow> List(bool failedOnly, string? device, int limit, long? before)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        string where = (failedOnly ? "failed = 1 AND " : "") + (device is null ? "" : "device = @device AND ");
        return _file.Read(sql => TracesTable.Query(
            sql, $"{where}number < @before ORDER BY number DESC LIMIT @limit", ("@device", device), ("@before", before ?? long.MaxValue), ("@limit", limit)));
    }

    /// <summary>The trace of that id.</summary>
    /// <param name="idOrUniqueBeginning">32 hex digits, or a beginning of at least 4 that no other trace has.</param>
    /// <exception cref="TraceNotFoundException">There is none, or several begin so.</exception>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public TraceRow Find(string idOrUniqueBeginning)
    {
        ArgumentNullException.ThrowIfNull(idOrUniqueBeginning);
        if (Hex(idOrUniqueBeginning) is not { Length: >= LeastBeginning and <= IdLength } beginning)
            throw new TraceNotFoundException(idOrUniqueBeginning, []);
        // 'g' sorts behind every hex digit.
        List<TraceRow> found = _file.Read(sql => TracesTable.Query(
            sql, "trace_id >= @from AND trace_id < @to ORDER BY number DESC LIMIT @limit", ("@from", beginning), ("@to", beginning + "g"), ("@limit", MostCandidates)));
        return found is [var one] ? one : throw new TraceNotFoundException(idOrUniqueBeginning, [.. found.Select(trace => trace.TraceId)]);
    }

    /// <summary>The lasting name of whoever made the first call of a trace, as in "clients/3f2a9c1b"; empty when nobody did, null when it is not kept.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public string? OwnerOf(string traceId) => _file.Read(sql => TracesTable.OwnerOf(sql, traceId));

    /// <summary>Traces with a span that links to that trace: who settled what it left open, who watched it. Newest first.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <param name="limit">At most so many.</param>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public IReadOnlyList<TraceRow> LinkedTo(string traceId, int limit) => _file.Read(sql => TracesTable.Query(
        sql, "number IN (SELECT trace FROM spans WHERE INSTR(links, @link) > 0) ORDER BY number DESC LIMIT @limit", ("@link", $"{traceId}-"), ("@limit", limit)));

    /// <summary>The spans of a trace by their beginning.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public IReadOnlyList<SpanRow> Spans(string traceId) => _file.Read(sql => TracesTable.Spans(sql, traceId));

    /// <summary>The recordings of a trace, oldest first, without their content.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public IReadOnlyList<RecordingRow> Recordings(string traceId) => _file.Read(sql => TracesTable.Recordings(sql, traceId));

    /// <summary>A recording with its content, or null.</summary>
    /// <exception cref="VaultUnavailableException">The file cannot be read.</exception>
    public Recording? Recording(long number) => _file.Read(sql => TracesTable.Recording(sql, number));

    internal void Dispose() => _file.Dispose();

    private void Append(VaultSql sql, SpanRow[] spans, long now)
    {
        long trace = TracesTable.NumberOf(sql, spans[0].TraceId, TracesTable.Ticks(spans[0].Start), now);
        int kept = TracesTable.SpansOf(sql, trace);
        long bytes = 0, leftOut = 0;
        using VaultStatement inserting = TracesTable.Inserting(sql);
        foreach (SpanRow span in spans)
        {
            if (kept >= _limits.SpansOfATrace - (IsSpared(span) ? 0 : _limits.SpansSpared))
            {
                leftOut++;
                continue;
            }
            long added = TracesTable.Insert(inserting, trace, span);
            kept += added > 0 ? 1 : 0;
            bytes += added;
        }
        TracesTable.SumUp(sql, trace, bytes, leftOut, now);
    }

    // What says most of a trace ends last: the operation, and the call that asked for it.
    private static bool IsSpared(SpanRow span) => span.Failed || span.Kind == SpanKind.Server || span.ParentId.Length == 0;

    private void Prune(VaultSql sql)
    {
        _unlooked = 0;
        TracesPruning.Traces(sql, _limits, _time.GetUtcNow());
    }

    private bool Keep(Action<VaultSql> work, int count)
    {
        try
        {
            _file.Write(sql =>
            {
                work(sql);
                return 0;
            });
            return true;
        }
        catch (Exception)
        {
            // Also what a damaged file makes of a row: nobody who keeps a trace may fail by it, nor stop keeping.
            Interlocked.Add(ref _lost, count);
            return false;
        }
    }

    private static string? Hex(string text) =>
        text.All(char.IsAsciiHexDigit) ? text.ToLower(CultureInfo.InvariantCulture) : null;
}
