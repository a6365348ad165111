using System.Diagnostics;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// The spans and measurements of one dump, in a trace of its own: one for the dump, one for each segment of items, and one for single items only when
/// they failed or were slow. However many items there are, it makes no more than <see cref="MostSegments"/> + <see cref="MostItems"/> spans of them
/// for each time its phone came back.
/// </summary>
internal sealed class DumpTrace : IDisposable
{
    /// <summary>Items a segment has, where a dump is not too long for that.</summary>
    public const int SegmentItems = 256;

    /// <summary>The most segments of a dump that its phone never left.</summary>
    public const int MostSegments = 256;

    /// <summary>The most spans of single items; a phone that fails at all would make thousands.</summary>
    public const int MostItems = 64;

    // A phone that takes so long for one item has something to tell, whatever its window is.
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(250);

    private readonly Activity? _whole;
    private readonly string _model;
    private readonly int _size;
    private readonly TimeProvider _time;
    private ExecutionContext? _context;
    private int _items;
    private Activity? _segment;
    private DateTimeOffset _since;
    private SegmentTally _tally;

    // Of a segment; told together, which costs half of what telling each at its time does.
    private readonly List<(string Outcome, double Seconds)> _times = [];

    /// <param name="whole">The dump's span, from <see cref="Begin"/>; null when nobody listens. It is ended here.</param>
    /// <param name="job">Full name.</param>
    /// <param name="device">The phone's name.</param>
    /// <param name="model">The phone's model.</param>
    /// <param name="total">Items to read, of all slots.</param>
    /// <param name="time">The clock.</param>
    public DumpTrace(Activity? whole, string job, string device, string model, int total, TimeProvider time)
    {
        (_whole, _time, _model) = (whole, time, model.Length == 0 ? "unknown" : FreeText.Masked(model));
        _size = Math.Max(SegmentItems, (total + MostSegments - 1) / MostSegments);
        _whole?.SetTag("imeiagent.device", device);
        _whole?.SetTag("imeiagent.job", job);
        _whole?.SetTag("imeiagent.items", total);
        _whole?.SetTag("imeiagent.outcome", "interrupted");
    }

    /// <summary>The span of a dump that begins, or is taken up by the agent after the one that began it. The call that asks for it and the dump link to each other.</summary>
    /// <param name="traceparent">Of the dump's first span; empty for one that begins.</param>
    public static Activity? Begin(string traceparent)
    {
        Activity? asking = Activity.Current;
        Activity? whole = OperationsTelemetry.StartApart("dump", traceparent, asking?.Context ?? default);
        if (whole is not null)
            asking?.AddLink(new ActivityLink(whole.Context));
        return whole;
    }

    /// <summary>Says on the current span, of whoever watches or joins a job, which job.</summary>
    /// <param name="traceparent">The job's; may be empty.</param>
    public static void LinkTo(string traceparent)
    {
        if (Activity.Current is { } watcher && ActivityContext.TryParse(traceparent, null, isRemote: true, out ActivityContext job) && job.TraceId != watcher.TraceId)
            watcher.AddLink(new ActivityLink(job));
    }

    /// <summary>What is done from here on, in this method and those it calls, is the dump's.</summary>
    public void MakeCurrent()
    {
        Activity.Current = _whole;
        _context = ExecutionContext.Capture();
    }

    /// <summary>
    /// Runs the reading in no context: an await that carries a trace with it costs as much as all else that is told of an item. Spans and measurements
    /// are made in the dump's own context, a segment at a time.
    /// </summary>
    public static async Task ApartAsync(Func<Task> reading)
    {
        Task running;
        using (ExecutionContext.SuppressFlow())
            running = Task.Run(reading);
        await running;
    }

    /// <summary>A wait for the phone begins; null when nobody listens. It becomes current, and whoever waits ends it.</summary>
    public Activity? Waiting(string hint)
    {
        Activity? wait = _whole is null ? null : OperationsTelemetry.Start("dump.wait", _whole.Context);
        wait?.SetTag("imeiagent.detail", FreeText.Masked(hint));
        return wait;
    }

    /// <summary>An item is done.</summary>
    /// <param name="reading">What is known of it now.</param>
    /// <param name="took">How long the phone took; null when it did not answer, or was not asked.</param>
    /// <param name="window">Requests that may be outstanding.</param>
    public void Item(in NvReading reading, TimeSpan? took, int window)
    {
        if (_tally.Items == 0 && _whole is not null)
            Within(BeginSegment);
        string outcome = _tally.Add(reading, took ?? TimeSpan.Zero);
        if (took is { } time && OperationsTelemetry.ItemDuration.Enabled)
            _times.Add((outcome, time.TotalSeconds));
        if (_segment is not null && (reading.IsFailed || took > s_slow) && _items < MostItems)
            TellItem(reading.Slot, reading.Item, PhoneWords.Of(reading), reading.IsFailed, took ?? TimeSpan.Zero);
        if (_tally.Items == _size)
            EndSegment(window);
    }

    /// <summary>Reading stands still: the segment that was begun ends here.</summary>
    public void Pause(int window)
    {
        if (_tally.Items > 0)
            EndSegment(window);
        _since = default;
    }

    /// <summary>The keeping of what was read.</summary>
    public Activity? Keeping() => _whole is null ? null : OperationsTelemetry.Start("dump.keep", _whole.Context);

    /// <summary>It ended.</summary>
    public void Ended(JobState state, OperationException? error)
    {
        _whole?.SetTag("imeiagent.outcome", state.ToString().ToLowerInvariant());
        if (error is not null)
            _whole.Fail(error);
    }

    public void Dispose()
    {
        _segment.End();
        _whole.End();
    }

    private void Within(Action told)
    {
        if (_context is null)
            told();
        else
            ExecutionContext.Run(_context, static action => ((Action)action!)(), told);
    }

    // Each begins where the one before it ended.
    private void BeginSegment() => _segment = OperationsTelemetry.Start("dump.segment", _whole!.Context, _since);

    private void EndSegment(int window) => Within(() =>
    {
        // Measurements name the segment as their example.
        Activity.Current = _segment;
        _tally.Report();
        foreach ((string outcome, double seconds) in _times)
            OperationsTelemetry.ItemDuration.Measure(seconds, new("imeiagent.outcome", outcome), new("imeiagent.model", _model));
        _times.Clear();
        OperationsTelemetry.Window.Measure(window, new KeyValuePair<string, object?>("imeiagent.model", _model));
        if (_segment is { } segment)
        {
            _tally.Describe(segment);
            segment.SetTag("imeiagent.window", window);
            segment.End();
            _since = segment.StartTimeUtc + segment.Duration;
            _segment = null;
        }
        _tally = default;
    });

    private void TellItem(byte slot, NvItemId id, string answer, bool failed, TimeSpan took) => Within(() =>
    {
        _items++;
        Activity? item = OperationsTelemetry.Start("dump.item", _segment!.Context, _time.GetUtcNow() - took);
        item?.SetTag("imeiagent.nv.slot", (int)slot);
        item?.SetTag("imeiagent.nv.item", (int)id.Number);
        item?.SetTag("imeiagent.answer", answer);
        if (failed)
            item?.SetStatus(ActivityStatusCode.Error);
        item.End();
    });
}
