using System.Globalization;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>A line of a trace: a span, or several that are alike. Its texts come from elsewhere: <see cref="SafeText.Clean"/> them before they are shown.</summary>
/// <param name="Depth">How many lines it lies below; 0 to 100.</param>
/// <param name="Label">The span's name, with the NV item where it is about one; of several the name and how many.</param>
/// <param name="Start">From the beginning of the trace's first span.</param>
/// <param name="Duration">How long it took; of several from the first beginning to the last end.</param>
/// <param name="Note">What the phone answered, and what was out of the ordinary; may be empty.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Links">Trace ids, 32 hex digits each, of others that it has to do with.</param>
public sealed record TraceRow(int Depth, string Label, TimeSpan Start, TimeSpan Duration, string Note, string? Error, IReadOnlyList<string> Links)
{
    /// <summary>Whether it failed.</summary>
    public bool Failed => Error is not null;

    /// <summary>Why it failed; empty when it did not.</summary>
    public string Failure => Error ?? "";
}

/// <summary>
/// The spans of a trace in the order of a tree. What came from elsewhere may lack a parent or have a wrong one: nothing is left out or shown
/// twice for that.
/// </summary>
public sealed class TraceTree
{
    // So few are shown one by one.
    private const int Alike = 4;

    // What lies deeper, which no trace of an agent does, is shown as if it had no parent.
    private const int Deepest = 100;

    private readonly ILookup<string, TraceSpan> _children;
    private readonly HashSet<TraceSpan> _shown = new(ReferenceEqualityComparer.Instance);
    private readonly List<TraceRow> _rows = [];
    private readonly DateTime _begin;

    private TraceTree(IReadOnlyList<TraceSpan> spans)
    {
        TraceSpan[] inOrder = [.. spans.OrderBy(span => Begin(span) ?? DateTime.MaxValue).ThenBy(span => span.SpanId, StringComparer.Ordinal)];
        _begin = inOrder.Select(Begin).FirstOrDefault(begin => begin is not null) ?? DateTime.MinValue;
        Duration = inOrder.Select(span => Start(span) + Took(span)).DefaultIfEmpty(TimeSpan.Zero).Max();
        _children = inOrder.ToLookup(span => span.ParentSpanId);
        HashSet<string> known = [.. inOrder.Select(span => span.SpanId)];
        AddAll([.. inOrder.Where(span => !known.Contains(span.ParentSpanId))], 0);
        foreach (TraceSpan stray in inOrder) // Spans that are each other's parents.
            Add(stray, 0);
    }

    /// <summary>The lines, each before those below it. Siblings that are alike and went well are one line.</summary>
    public IReadOnlyList<TraceRow> Rows => _rows;

    /// <summary>From the first beginning to the last end.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Puts the spans of a trace in order.</summary>
    /// <param name="spans">As the agent told them, in any order.</param>
    public static TraceTree Of(IReadOnlyList<TraceSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(spans);
        return new TraceTree(spans);
    }

    private void Add(TraceSpan span, int depth)
    {
        if (!_shown.Add(span))
            return;
        _rows.Add(Row(span, depth));
        if (depth < Deepest)
            AddAll([.. _children[span.SpanId].Where(child => !_shown.Contains(child))], depth + 1);
    }

    private void AddAll(IReadOnlyList<TraceSpan> siblings, int depth)
    {
        Dictionary<TraceSpan, TraceSpan[]> alike = new(ReferenceEqualityComparer.Instance);
        foreach (IGrouping<string, TraceSpan> kind in siblings.GroupBy(Kind).Where(kind => kind.Key.Length > 0 && kind.Count() > Alike))
            alike[kind.First()] = [.. kind];
        foreach (TraceSpan span in siblings)
            if (alike.TryGetValue(span, out TraceSpan[]? group))
                AddAlike(group, depth);
            else
                Add(span, depth);
    }

    private void AddAlike(TraceSpan[] group, int depth)
    {
        int inside = -group.Length;
        foreach (TraceSpan span in group)
            inside += Take(span);
        TimeSpan start = Start(group[0]), end = group.Max(span => Start(span) + Took(span));
        string each = $"each {TraceText.For(group.Min(Took))} to {TraceText.For(group.Max(Took))}";
        string within = inside > 0 ? string.Create(CultureInfo.InvariantCulture, $"{inside:N0} {(inside == 1 ? "span" : "spans")} inside") : "";
        string note = string.Join(", ", ((string[])[Told(group[0]), each, within]).Where(part => part.Length > 0));
        _rows.Add(new TraceRow(depth, string.Create(CultureInfo.InvariantCulture, $"{group[0].Name} x{group.Length:N0}"), start, end - start, note, null, []));
    }

    // Marks it and all below as shown, and counts them.
    private int Take(TraceSpan span) => _shown.Add(span) ? 1 + _children[span.SpanId].Sum(Take) : 0;

    // What is alike has one text; what has something to tell of itself has none.
    private string Kind(TraceSpan span) => IsUneventful(span, [], 0) ? $"{span.Name}\n{Told(span)}" : "";

    private bool IsUneventful(TraceSpan span, HashSet<string> met, int depth) =>
        depth < Deepest && met.Add(span.SpanId) && !span.Failed && span.Links.Count == 0
        && _children[span.SpanId].All(child => IsUneventful(child, met, depth + 1));

    private TraceRow Row(TraceSpan span, int depth)
    {
        string item = Attribute(span, "imeiagent.nv.item");
        string label = item.Length > 0 ? $"{span.Name} {item}" : span.Name;
        string reason = Attribute(span, "error.type");
        // A sentence is said once, where it belongs: at the innermost step that failed with it.
        string sentence = _children[span.SpanId].Any(child => child.Failed && child.StatusMessage == span.StatusMessage) ? "" : span.StatusMessage;
        string? error = !span.Failed ? null
            : string.Join(": ", ((string[])[reason, sentence]).Where(part => part.Length > 0)) is { Length: > 0 } told ? told : "failed";
        return new TraceRow(depth, label, Start(span), Took(span), Note(span), error, [.. span.Links.Select(link => link.TraceId)]);
    }

    private static string Note(TraceSpan span) => string.Join(
        ", ", ((string[])[Told(span), Attribute(span, "imeiagent.outcome"), Attribute(span, "imeiagent.detail")]).Where(part => part.Length > 0));

    // What the phone answered, and what was out of the ordinary about that.
    private static string Told(TraceSpan span)
    {
        string sends = Attribute(span, "imeiagent.sends"), bad = Attribute(span, "imeiagent.bad_frames");
        return string.Join(", ", ((string[])
        [
            Attribute(span, "imeiagent.answer"),
            sends is "" or "1" ? "" : sends == "0" ? "never sent" : $"sent {sends} times",
            bad is "" ? "" : bad == "1" ? "1 bad frame" : $"{bad} bad frames",
        ]).Where(part => part.Length > 0));
    }

    private static string Attribute(TraceSpan span, string name) => span.Attributes.TryGetValue(name, out string? value) ? value : "";

    private static DateTime? Begin(TraceSpan span) => span.StartTime?.ToDateTime();

    private static TimeSpan Took(TraceSpan span) => span.Duration?.ToTimeSpan() ?? TimeSpan.Zero;

    private TimeSpan Start(TraceSpan span) => Begin(span) is { } begin ? begin - _begin : TimeSpan.Zero;
}
