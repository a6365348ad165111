using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What stands in the text files of a support bundle. Numbers are masked where they are made to text, and once more when they are kept.</summary>
internal static class BundleText
{
    // For people: a file of text, not a web page.
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_page = new(s_line) { WriteIndented = true };

    public static string Readme(Caller by, DateTimeOffset now, IReadOnlyList<string> traces, IReadOnlyList<string> notes) => $"""
        Support bundle of an ImeiAgent
        ==============================

        Made {Time(now)} for {by.Name}. Plain text, JSON and recordings: read it before you send it.

        What is inside
          versions.json     agent, runtime, system
          config.json       how the agent was started
          phones.txt        the ports it watches and the phones behind them
          traces/ID.txt     what happened under a trace, step by step, with durations and the phone's answers
          traces/ID.json    the same for programs
          frames/ID-N.txt   what went over the port before something failed
          frames/ID-N.pcapng  the same for Wireshark (link type 147: one DIAG packet a record, without check and escapes)
          journal.jsonl     restores that belong to these traces or are not settled, one a line
          audit.jsonl       what was done last on this agent, one row a line, newest first

        How to read it
          Look for the lines with ! in traces/ID.txt: the innermost stands below the step that failed, and beside the requests around it stands what the
          phone answered. Then look at the last packets in frames/ID-N.txt with the same trace id: -> went to the phone, <- came from it, -- is the port. The
          journal says what the phone holds. A trace id is what errors and receipts show; each of these files names it. A trace that has another behind
          -> is its continuation, as when an interrupted restore is settled later.

        What was taken out
          IMEIs show their first eight and last two digits. Service codes, passwords, the bytes of items that hold numbers, serial numbers of phones, keys
          and certificates are not in it. Names of people and phones, and the reasons they gave, are in this file, journal.jsonl, audit.jsonl and traces/. Addresses of machines are in audit.jsonl and traces/.

        Traces: {(traces.Count == 0 ? "none" : string.Concat(traces.Select(id => $"\n  {id}")))}

        Left out: {(notes.Count == 0 ? "nothing" : string.Concat(notes.Select(note => $"\n  {note}")))}

        """;

    public static string Table(IReadOnlyDictionary<string, string> values) =>
        new JsonObject(values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)FreeText.Masked(pair.Value)))).ToJsonString(s_page) + "\n";

    public static string Phones(IReadOnlyList<PhoneView> phones)
    {
        var text = new StringBuilder(phones.Count == 0 ? "No ports are watched.\n" : "");
        foreach (PhoneView phone in phones)
        {
            text.Append(CultureInfo.InvariantCulture, $"{phone.Name}\n  port   {phone.Port}\n  state  {phone.State}\n");
            if (phone.Hint.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"  hint   {phone.Hint}\n");
            if (phone.Journal.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"  open   {phone.Journal}\n");
            if (phone.Last is not { } last)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"  model  {last.Identity.Model}\n  build  {last.Identity.Build} ({last.Identity.Compiled})\n");
            foreach (SlotReading slot in last.Slots)
                text.Append(CultureInfo.InvariantCulture, $"  SIM {slot.Slot}  {slot.Content.State} {slot.Content.Imei}{slot.PhoneAnswer}\n");
        }
        return text.ToString();
    }

    // Spans are counted, since 16 hex digits may be digits alone and look like a number.
    public static string Trace(TraceView view)
    {
        (TraceRow trace, IReadOnlyList<SpanRow> spans) = (view.Trace, view.Spans);
        var number = spans.Select((span, i) => (span.SpanId, i)).ToDictionary(pair => pair.SpanId, pair => pair.i + 1);
        return new JsonObject
        {
            ["trace"] = trace.TraceId,
            ["name"] = trace.Name,
            ["start"] = Time(trace.Start),
            ["milliseconds"] = Milliseconds(trace.Duration),
            ["failed"] = trace.Failed,
            ["error"] = trace.Error,
            ["device"] = trace.Device,
            ["operator"] = trace.Operator,
            ["spans_left_out"] = trace.SpansLeftOut,
            ["spans"] = Array(spans, span => new JsonObject
            {
                ["span"] = number[span.SpanId],
                ["parent"] = number.TryGetValue(span.ParentId, out int parent) ? parent : null,
                ["source"] = span.Source,
                ["name"] = span.Name,
                ["kind"] = span.Kind.ToString(),
                ["start"] = Time(span.Start),
                ["milliseconds"] = Milliseconds(span.Duration),
                ["failed"] = span.Failed,
                ["message"] = span.StatusMessage,
                ["attributes"] = new JsonObject(span.Attributes.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                ["linked_traces"] = Array(span.Links, link => link.TraceId),
            }),
            ["recordings"] = Array(view.Recordings, row => new JsonObject
            {
                ["number"] = row.Number,
                ["time"] = Time(row.KeptAt),
                ["device"] = row.Device,
                ["port"] = row.Port,
                ["error"] = row.Error,
                ["records"] = row.Records,
            }),
        }.ToJsonString(s_page) + "\n";
    }

    // Without the row's hash: that of an old row would let the hidden digits be found by trying them out.
    public static string Journal(IEnumerable<JournalRow> rows) => Lines(rows, row =>
    {
        var receipt = RestoreReceipt.Of(row);
        return new JsonObject
        {
            ["journal"] = receipt.Journal,
            ["state"] = row.State.ToString(),
            ["outcome"] = row.Outcome?.ToString(),
            ["error"] = row.ErrorReason,
            ["advice"] = receipt.Advice,
            ["device"] = receipt.Device,
            ["model"] = row.Entry.Identity.Model,
            ["slots"] = Array(receipt.Slots, slot => new JsonObject
            {
                ["slot"] = slot.Slot,
                ["old_state"] = slot.OldState.ToString(),
                ["old"] = slot.OldImei?.ToString(),
                ["new"] = slot.NewImei.ToString(),
                ["source"] = slot.SourceSnapshot.Length > 0 ? slot.SourceSnapshot : "label",
            }),
            ["started"] = Time(receipt.StartedAt),
            ["ended"] = row.EndedAt is { } ended ? Time(ended) : null,
            ["offline"] = row.Offline,
            ["restarted"] = row.Restarted,
            ["put_backs"] = row.PutBacks,
            ["backup"] = receipt.BackupSnapshot,
            ["operator"] = receipt.Operator,
            ["approved_by"] = receipt.ApprovedBy,
            ["settled_by"] = receipt.SettledBy,
            ["reason"] = receipt.Reason,
            ["request"] = receipt.RequestId,
            ["trace"] = receipt.TraceId,
        };
    });

    public static string Audit(IEnumerable<AuditRow> rows) => Lines(rows, row => new JsonObject
    {
        ["row"] = row.Id,
        ["time"] = Time(row.At),
        ["operator"] = row.Entry.Operator,
        ["client"] = row.Entry.Client,
        ["station"] = row.Entry.Station,
        ["action"] = row.Entry.Action,
        ["device"] = row.Entry.Device,
        ["outcome"] = row.Entry.Outcome,
        ["detail"] = row.Entry.Detail,
        ["journal"] = row.Entry.Journal,
        ["trace"] = row.Entry.TraceId,
    });

    private static string Lines<T>(IEnumerable<T> rows, Func<T, JsonObject> line) => string.Concat(rows.Select(row => line(row).ToJsonString(s_line) + "\n"));

    private static JsonArray Array<T>(IEnumerable<T> all, Func<T, JsonNode?> node) => new([.. all.Select(node)]);

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
