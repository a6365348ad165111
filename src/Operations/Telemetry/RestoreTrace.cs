using System.Diagnostics;

namespace ImeiAgent.Operations;

/// <summary>
/// The spans of one restore: one for all of it, and one for each phase, from the end of the phase before to the moment it is told. What the phone
/// is asked meanwhile stands below its phase. A phase that was not reached because the restore ended in it is the one that failed.
/// </summary>
internal sealed class RestoreTrace : IDisposable
{
    private readonly Activity? _whole;
    private Activity? _phase;
    private Phone? _phone;

    public RestoreTrace(RestoreRequest request)
    {
        _whole = OperationsTelemetry.Start("restore");
        _whole?.SetTag("imeiagent.request_id", FreeText.Masked(request.RequestId));
        _whole?.SetTag("imeiagent.slots", string.Join(',', request.Slots.Select(slot => slot.Slot)));
        _whole?.SetTag("imeiagent.device", FreeText.Masked(request.Device));
        Begin(RestorePhase.Checked);
    }

    /// <summary>Its own span, which the journal remembers: empty when nobody listens.</summary>
    public string SpanId => _whole?.SpanId.ToHexString() ?? "";

    /// <summary>The phone it is about, once that is known, and in another conversation when it was away.</summary>
    public void Of(Phone phone)
    {
        _phone = phone;
        _whole?.SetTag("imeiagent.device", phone.Name);
    }

    /// <summary>The last phase it comes to; nothing begins behind it.</summary>
    public RestorePhase Last { get; set; } = RestorePhase.Closed;

    /// <summary>A phase was reached; the next begins.</summary>
    public void Reached(RestorePhase phase, string detail)
    {
        if (_phase is not null)
        {
            _phase.DisplayName = NameOf(phase);
            _phase.SetTag("imeiagent.detail", FreeText.Masked(detail));
        }
        EndPhase();
        if (phase < Last)
            Begin(phase + 1);
    }

    /// <summary>What is done now belongs to the present phase again: after another method told phases.</summary>
    public void Resume() => Activity.Current = _phase ?? _whole ?? Activity.Current;

    /// <summary>How it ended.</summary>
    public void Ended(RestoreReceipt receipt, OperationException? failure)
    {
        string outcome = receipt.Outcome.ToString().ToLowerInvariant();
        OperationsTelemetry.Restores.Count(1, "imeiagent.outcome", outcome);
        _whole?.SetTag("imeiagent.outcome", outcome);
        if (receipt.Journal.Length > 0)
            _whole?.SetTag("imeiagent.journal", receipt.Journal);
        if (failure is not null)
            Failed(failure);
        else
            EndPhase();
    }

    /// <summary>It ended before there was a receipt.</summary>
    public void Refused(Exception why)
    {
        OperationsTelemetry.Restores.Count(1, "imeiagent.outcome", "refused");
        _whole?.SetTag("imeiagent.outcome", "refused");
        Failed(why);
    }

    public void Dispose()
    {
        EndPhase();
        _whole.End();
    }

    private void Failed(Exception why)
    {
        _phase.Fail(why);
        _whole.Fail(why);
        EndPhase();
        _phone?.KeepRecording(why);
    }

    // Told by its own parent, not by the span that is current: whoever tells a phase may be a method that was called by another.
    private void Begin(RestorePhase phase)
    {
        if (_whole is null)
            return;
        Activity.Current = _whole;
        // Behind the reading back there is a restart only where one is told; what ends before that ends in the closing.
        _phase = OperationsTelemetry.Start(NameOf(phase == RestorePhase.Reset ? RestorePhase.Closed : phase));
    }

    private void EndPhase()
    {
        _phase.End();
        _phase = null;
        if (_whole is not null)
            Activity.Current = _whole;
    }

    private static string NameOf(RestorePhase phase) => phase switch
    {
        RestorePhase.Checked => "restore.checked",
        RestorePhase.BackedUp => "restore.backed_up",
        RestorePhase.Intent => "restore.intent",
        RestorePhase.Sent => "restore.sent",
        RestorePhase.ReadBack => "restore.read_back",
        RestorePhase.Reset => "restore.reset",
        RestorePhase.ReRead => "restore.re_read",
        _ => "restore.closed",
    };
}
