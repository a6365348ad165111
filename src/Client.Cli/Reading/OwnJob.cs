using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

/// <summary>
/// A job that this run asked for: Ctrl-C ends it too, unless somebody else watches it. A second Ctrl-C ends the process at once.
/// </summary>
internal sealed class OwnJob
{
    // Whoever pressed Ctrl-C does not want to wait for an agent that is not there.
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(5);

    // A job that is just being started has its name in a moment; without it nothing could be cancelled.
    private static readonly TimeSpan NameLimit = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _watching;
    private readonly TaskCompletionSource<string> _name = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OwnJob(CancellationTokenSource watching) => _watching = watching;

    /// <summary>Tells the job's name, once it is known.</summary>
    public void IsNamed(string name) => _name.TrySetResult(name);

    /// <summary>Ends the watch. Not Ctrl-C itself: the agent counts who watches, so the watch stays open until the job is cancelled.</summary>
    public CancellationToken Watching => _watching.Token;

    /// <summary>Runs <paramref name="body"/>, which tells the name and watches.</summary>
    /// <exception cref="CliException">Ctrl-C; the message says what became of the job.</exception>
    public static async Task<T> RunAsync<T>(Invocation invocation, Func<OwnJob, Task<T>> body)
    {
        invocation.Cancellation.ThrowIfCancellationRequested();
        using CancellationTokenSource watching = new();
        OwnJob job = new(watching);
        TaskCompletionSource interrupted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = invocation.Cancellation.Register(interrupted.SetResult);

        Task<T> running = body(job);
        if (await Task.WhenAny(running, interrupted.Task).ConfigureAwait(false) == running)
            return await running.ConfigureAwait(false);

        await Task.WhenAny(running, job._name.Task, Task.Delay(NameLimit, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
        string told = await job.CancelAsync(invocation).ConfigureAwait(false);
        await watching.CancelAsync().ConfigureAwait(false);
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or AgentException or CliException)
        {
            // The watch ended, as with the error of a job that was cancelled.
        }
        throw new CliException(ExitCode.Cancelled, "CANCELLED", told);
    }

    private async Task<string> CancelAsync(Invocation invocation)
    {
        if (!_name.Task.IsCompleted)
            return "cancelled. A dump that had just been started goes on: see imei jobs list";
        string full = await _name.Task.ConfigureAwait(false);
        string name = Names.Short(full);
        using CancellationTokenSource limit = new(CancelLimit, TimeProvider.System);
        try
        {
            CancelJobRequest request = new() { Name = full, UnlessShared = true };
            Job left = (await invocation.Client.CancelJobAsync(request, limit.Token).ConfigureAwait(false)).Job;
            return left.State switch
            {
                JobState.Cancelled => $"cancelled: nothing more is read from the phone (job {name})",
                JobState.Running or JobState.WaitingForPhone =>
                    $"stopped watching. Job {name} is still wanted, by others or by you elsewhere, so it goes on; to end it for all: imei jobs cancel {name}",
                _ => $"cancelled. Job {name} had ended already ({Words.For(left.State)}): see imei jobs show {name}",
            };
        }
        catch (Exception fault) when (fault is AgentException or OperationCanceledException)
        {
            return $"stopped watching. The agent could not be told, so job {name} goes on; to end it: imei jobs cancel {name}";
        }
    }
}
