using System.Diagnostics;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// The span of one attempt to settle what an interrupted restore left open, in a trace of its own that links to that restore. A phone that cannot be
/// settled is tried every few seconds for as long as it is connected: only an attempt that ends otherwise than the one before leaves a span and a
/// recording, or they would push everything else out of what is kept.
/// </summary>
internal sealed class RecoveryTrace : IDisposable
{
    private readonly JournalRow _row;
    private readonly Phone _phone;
    private readonly string? _before;
    private readonly DateTimeOffset _began;
    private Activity? _span;

    /// <summary>Begins.</summary>
    /// <param name="row">What is to be settled.</param>
    /// <param name="phone">Its phone.</param>
    /// <param name="before">What <see cref="Left"/> said of the attempt before; null for the first, and for one with a person's help.</param>
    /// <param name="time">The clock.</param>
    public RecoveryTrace(JournalRow row, Phone phone, string? before, TimeProvider time)
    {
        (_row, _phone, _before, _began) = (row, phone, before, time.GetUtcNow());
        if (before is null)
            Begin();
    }

    /// <summary>Why the row is still open; null when it is not.</summary>
    public string? Left { get; private set; }

    /// <summary>The row is settled, or was by a person.</summary>
    public void Settled(WriteOutcome? outcome)
    {
        Begin();
        _span?.SetTag("imeiagent.outcome", outcome?.ToString().ToLowerInvariant());
    }

    /// <summary>It stays open.</summary>
    public void Failed(Exception why)
    {
        Left = why.Message;
        if (Left == _before)
            return;
        Begin();
        _span.Fail(why);
        _phone.KeepRecording(why);
    }

    public void Dispose() => _span.End();

    private void Begin()
    {
        if (_span is not null)
            return;
        _span = OperationsTelemetry.StartApart("recovery", link: WriteOf(_row.Entry), startTime: _began);
        Activity.Current = _span ?? Activity.Current;
        _span?.SetTag("imeiagent.device", _phone.Name);
        _span?.SetTag("imeiagent.journal", JournalNames.Full(_row.Id));
    }

    /// <summary>The span of the restore that left the row open; default when it had none, or was an older agent's.</summary>
    private static ActivityContext WriteOf(JournalEntry entry) =>
        ActivityContext.TryParse($"00-{entry.TraceId}-{entry.SpanId}-01", null, isRemote: true, out ActivityContext write) ? write : default;
}
