using System.Diagnostics;

namespace ImeiAgent.Operations;

/// <summary>The span and the measurement of a wait in line for a phone: granted, or given up by whoever waited, their patience or the agent's end.</summary>
internal sealed class LeaseWait : IDisposable
{
    private readonly Activity? _span = OperationsTelemetry.Start("lease.wait");
    private readonly TimeProvider _time;
    private readonly long _start;
    private string _outcome = "given_up";

    public LeaseWait(string device, TimeProvider time)
    {
        (_time, _start) = (time, time.GetTimestamp());
        _span?.SetTag("imeiagent.device", device);
    }

    /// <summary>The lease was granted.</summary>
    public LeaseView Got(LeaseView lease)
    {
        _outcome = "granted";
        return lease;
    }

    public void Dispose()
    {
        OperationsTelemetry.LeaseWait.Measure(_time.GetElapsedTime(_start).TotalSeconds, new KeyValuePair<string, object?>("imeiagent.outcome", _outcome));
        _span?.SetTag("imeiagent.outcome", _outcome);
        _span.End();
    }
}
