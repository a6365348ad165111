using System.Diagnostics;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>The dumps that are worked at in this run of the agent: who asks for what is being read already shares it, and there are never too many.</summary>
internal sealed partial class RunningDumps(PhoneRegistry phones, VaultFile vault, TimeProvider time, ILogger log) : IAsyncDisposable
{
    // Each has its requests in the phone's line: more would keep everybody waiting, a restore too.
    private const int MostOfOnePhone = 8;
    private const int MostRunning = 64;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Pulse _changes = new();
    private readonly Dictionary<string, (RunningDump Dump, Task Task)> _running = [];

    /// <summary>Completes when the next one begins or ends.</summary>
    public Task Changed => _changes.Next;

    /// <summary>All as they are now, also those of which nothing but the row is left.</summary>
    public IReadOnlyList<JobView> Views()
    {
        RunningDump[] all;
        lock (_lock)
            all = [.. _running.Values.Select(one => one.Dump)];
        return [.. all.Select(dump => dump.View())];
    }

    /// <summary>Is cancelled when the agent ends.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Takes up what an earlier agent left open.</summary>
    public void TakeUp()
    {
        foreach (JobRow row in vault.Jobs.ListUnended())
        {
            try
            {
                Run(new RunningDump(row, row.Operator, DumpTrace.Begin(row.Traceparent), phones, vault, time));
            }
            catch (Exception e)
            {
                // One job that cannot be understood must not keep the agent from starting.
                LogAbandoned(log, JobNames.Full(row.Name), e);
            }
        }
    }

    /// <summary>Starts a dump, or finds the running one that reads the same from the same phone.</summary>
    /// <exception cref="OperationException">Too many run, the agent ends, or the vault failed.</exception>
    public (RunningDump Dump, bool Shared) FindOrStart(OrderedDump wanted, Caller by)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                throw Faults.Stopping();
            if (_running.Values.Select(one => one.Dump).FirstOrDefault(other => IsTheSame(other, wanted)) is { } same)
            {
                same.Audience.Join(by);
                DumpTrace.LinkTo(same.Row.Traceparent);
                return (same, true);
            }
            if (_running.Values.Count(one => one.Dump.Row.Device == wanted.Phone.Name) >= MostOfOnePhone)
                throw Faults.TooManyJobs($"on {wanted.Phone.Name}", MostOfOnePhone);
            if (_running.Count >= MostRunning)
                throw Faults.TooManyJobs("in this agent", MostRunning);
            Activity? span = DumpTrace.Begin(traceparent: "");
            RunningDump dump;
            try
            {
                JobRow row = VaultAccess.Try(() => vault.Jobs.Create(new NewJob(
                    wanted.Phone.Name, wanted.Phone.Last.Identity, wanted.Order.ToJson(), by.Name, new DumpPlan(wanted.Order).Total, wanted.Notes, span?.Id ?? "")));
                dump = new RunningDump(row, by.Id, span, phones, vault, time);
            }
            catch (Exception e)
            {
                span.Fail(e);
                span.End();
                throw;
            }
            Run(dump);
            return (dump, false);
        }
    }

    /// <summary>The one that works at the job of this name in the vault; null when none does.</summary>
    public RunningDump? Find(string name)
    {
        lock (_lock)
            return _running.TryGetValue(name, out var one) ? one.Dump : null;
    }

    /// <summary>Of its job nothing but the row is left.</summary>
    public void Forget(RunningDump dump)
    {
        lock (_lock)
            _running.Remove(dump.Row.Name);
        _changes.Beat();
    }

    /// <summary>Stops reading; what was read is on the disk when this completes.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                return;
            _stopping.Cancel();
            tasks = [.. _running.Values.Select(one => one.Task)];
        }
        await Task.WhenAll(tasks);
    }

    private static bool IsTheSame(RunningDump other, OrderedDump wanted) =>
        !other.IsCancelled && other.Row.Device == wanted.Phone.Name && other.Order.ToKey() == wanted.Order.ToKey()
        && !other.View().HasEnded && other.Row.Identity == wanted.Phone.Last.Identity;

    private void Run(RunningDump dump)
    {
        lock (_lock)
            _running[dump.Row.Name] = (dump, Task.Run(() => RunAsync(dump)));
        _changes.Beat();
    }

    private async Task RunAsync(RunningDump dump)
    {
        using DumpTrace trace = dump.Trace;
        trace.MakeCurrent();
        try
        {
            await dump.RunAsync(() => CautiousElderOf(dump), _stopping.Token);
            JobView end = dump.View();
            LogEnded(log, dump.Name, dump.Row.Device, end.State, end.Progress.Done, end.Progress.Total);
        }
        catch (Exception e)
        {
            LogAbandoned(log, dump.Name, e);
            dump.Abandon(e switch
            {
                OperationException known => known,
                VaultUnavailableException vaultFailure => Faults.Vault(vaultFailure),
                _ => new OperationException(OperationError.Internal, $"{dump.Name} ended by a fault of the agent; its log has more.", e),
            });
        }
        finally
        {
            // Who watches holds the dump itself, and sees its end. An abandoned one stays, to tell why its row says that it runs.
            if (!dump.IsAbandoned)
                Forget(dump);
        }
    }

    private RunningDump? CautiousElderOf(RunningDump dump)
    {
        lock (_lock)
        {
            return _running.Values.Select(one => one.Dump).FirstOrDefault(
                other => other.Row.Id < dump.Row.Id && other.Row.Device == dump.Row.Device && other.IsCautious && !other.View().HasEnded);
        }
    }

    [LoggerMessage(2111, LogLevel.Information, "{Job} of {Phone}: {State}, {Done} of {Total} items")]
    private static partial void LogEnded(ILogger log, string job, string phone, JobState state, int done, int total);

    [LoggerMessage(2110, LogLevel.Error, "{Job} cannot go on in this run of the agent")]
    private static partial void LogAbandoned(ILogger log, string job, Exception exception);
}
