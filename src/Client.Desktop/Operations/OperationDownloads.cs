using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Http.Extensions;

namespace ImeiAgent.Client.Desktop.Operations;

/// <summary>What is taken along as a file: the audit, what went over a port, a bundle for whoever helps. The agent puts each on record.</summary>
public static class OperationDownloads
{
    private const string AuditAt = "audit", BundleAt = "bundle", TracesAt = "traces";

    /// <summary>The address of the audit as a file, the oldest row first.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="format">"jsonl" or "csv".</param>
    /// <param name="from">Only rows from this moment on; null for all.</param>
    /// <param name="until">Only rows before this moment; null for all.</param>
    public static string Audit(string agent, string format, DateTimeOffset? from, DateTimeOffset? until)
    {
        QueryBuilder query = new() { { "format", format } };
        if (from is { } first)
            query.Add("from", Moment(first));
        if (until is { } end)
            query.Add("until", Moment(end));
        return At(agent, AuditAt) + query;
    }

    /// <summary>The address of a recording as a pcapng file.</summary>
    public static string Frames(string agent, string trace, ulong number) => string.Create(
        CultureInfo.InvariantCulture, $"{At(agent, TracesAt)}/{Uri.EscapeDataString(trace)}/frames?number={number}");

    /// <summary>The address of a bundle of one trace, or of the last 20 that failed.</summary>
    public static string Bundle(string agent, string? trace = null) => At(agent, BundleAt) + (trace is null ? "" : "?trace=" + Uri.EscapeDataString(trace));

    internal static void MapOperationDownloads(this WebApplication app)
    {
        app.MapGet($"/download/at/{{agent}}/{AuditAt}", (HttpContext context, AgentLinks links, TimeProvider time, string agent, string? format, string? from, string? until) =>
            Download.FromAsync(context, links, agent, "audit.export", link => AuditFile(link, time, format == "csv", from, until, context.RequestAborted)));
        app.MapGet($"/download/at/{{agent}}/{TracesAt}/{{trace}}/frames", (HttpContext context, AgentLinks links, string agent, string trace, ulong? number) =>
            Download.FromAsync(context, links, agent, "frames.export", link => new Download(
                $"{Brief(trace)}-{number ?? 0}.pcapng", "application/vnd.tcpdump.pcap",
                link.Client.ExportFramesAsync(new ExportFramesRequest { TraceId = trace, Number = number ?? 0 }, context.RequestAborted).Select(piece => piece.Chunk.Memory))));
        app.MapGet($"/download/at/{{agent}}/{BundleAt}", (HttpContext context, AgentLinks links, TimeProvider time, string agent, string[]? trace) =>
            Download.FromAsync(context, links, agent, "bundle.export", link => new Download(
                $"{agent}-support-{Stamp(time)}.zip", "application/zip",
                link.Client.ExportSupportBundleAsync(new ExportSupportBundleRequest { TraceIds = { trace ?? [] } }, context.RequestAborted).Select(piece => piece.Chunk.Memory))));
    }

    private static Download AuditFile(AgentLink link, TimeProvider time, bool csv, string? from, string? until, CancellationToken cancellation)
    {
        ExportAuditRequest request = new() { FromTime = Parse(from), UntilTime = Parse(until) };
        return new Download($"{link.Name}-audit-{Stamp(time)}.{(csv ? "csv" : "jsonl")}", csv ? "text/csv; charset=utf-8" : "application/jsonl", Lines(link, request, csv, cancellation));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Lines(
        AgentLink link, ExportAuditRequest request, bool csv, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        bool isFirst = true;
        await foreach (ExportAuditResponse page in link.Client.ExportAuditAsync(request, cancellation))
        {
            StringBuilder text = new(csv && isFirst ? AuditText.CsvHeader : "");
            isFirst = false;
            foreach (AuditRow row in page.Rows)
                text.Append(csv ? AuditText.Csv(row) : AuditText.Json(row));
            yield return Encoding.UTF8.GetBytes(text.ToString());
        }
    }

    private static string At(string agent, string what) => $"/download/at/{Uri.EscapeDataString(agent)}/{what}";

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static Timestamp? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? at.ToTimestamp() : null;

    private static string Stamp(TimeProvider time) => time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    private static string Brief(string trace) => trace[..Math.Min(8, trace.Length)];
}
