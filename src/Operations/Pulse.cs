namespace ImeiAgent.Operations;

/// <summary>Wakes everyone who waits for something to change. Who looks first takes <see cref="Next"/>, then looks, then awaits it: nothing is missed.</summary>
internal sealed class Pulse
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Completes at the next change.</summary>
    public Task Next => _next.Task;

    /// <summary>Something changed.</summary>
    public void Beat() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
