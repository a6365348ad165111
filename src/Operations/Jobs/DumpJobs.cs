using System.Runtime.CompilerServices;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// The dumps of this agent: starts, finds, watches and ends them. A job lives in the vault; while it runs, one <see cref="RunningDump"/>
/// works at it. Jobs that an earlier agent left open are taken up at once, and go on when their phone is there.
/// </summary>
public sealed partial class DumpJobs : IAsyncDisposable
{
    private const int DefaultPage = 100;
    private const int LargestPage = 1000;

    // Each has its requests in the phone's line: more would keep everybody waiting, a restore too.
    private const int MostOfOnePhone = 8;
    private const int MostRunning = 64;

    private static readonly TimeSpan s_betweenPrunes = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_defaultWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly PhoneRegistry _phones;
    private readonly VaultFile _vault;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Identify _identify;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, (RunningDump Dump, Task Task)> _running = [];
    private readonly Task _pruning;

    /// <summary>Takes up what an earlier agent left open.</summary>
    public DumpJobs(PhoneRegistry phones, VaultFile vault, TimeProvider time, ILogger<DumpJobs> log)
    {
        (_phones, _vault, _time, _log) = (phones, vault, time, log);
        _identify = new Identify(time);
        _pruning = PruneAsync();
        foreach (JobRow row in vault.Jobs.ListUnended())
        {
            try
            {
                Run(new RunningDump(row, phones, vault, time));
            }
            catch (Exception e)
            {
                // One job that cannot be understood must not keep the agent from starting.
                LogAbandoned(log, JobNames.Full(row.Name), e);
            }
        }
    }

    /// <summary>Starts a dump, or finds the running one that reads the same from the same phone.</summary>
    /// <exception cref="OperationException">An argument is wrong, the phone is not there, or the vault failed.</exception>
    public async Task<(JobView Job, bool Shared)> StartAsync(DumpRequest request, CancellationToken ct)
    {
        (RunningDump dump, bool shared) = await FindOrStartAsync(request, ct);
        return (dump.View(), shared);
    }

    /// <summary>Starts a dump, or finds the running one, and watches it.</summary>
    /// <exception cref="OperationException">As <see cref="StartAsync"/>, or the job failed or was cancelled.</exception>
    public async IAsyncEnumerable<DumpEvent> ReadAsync(DumpRequest request, WatchRequest watch, [EnumeratorCancellation] CancellationToken ct)
    {
        (RunningDump dump, bool shared) = await FindOrStartAsync(request, ct);
        await foreach (DumpEvent told in JobWatch.RunAsync(dump, shared, watch, _phones, _vault, _time, ct))
            yield return told;
    }

    /// <summary>Watches a job, running or ended.</summary>
    /// <param name="name">Name or a unique beginning of it, with or without "jobs/".</param>
    /// <param name="watch">What of it.</param>
    /// <param name="ct">Ends the watch, not the job.</param>
    /// <exception cref="OperationException">There is no such job, or it failed or was cancelled, or its batches are gone.</exception>
    public IAsyncEnumerable<DumpEvent> WatchAsync(string name, WatchRequest watch, CancellationToken ct)
    {
        JobRow row = Find(name);
        return Running(row.Name) is { } dump
            ? JobWatch.RunAsync(dump, shared: false, watch, _phones, _vault, _time, ct)
            : JobWatch.ReplayAsync(Find(row.Name), watch, _phones, _vault, ct);
    }

    /// <summary>A job as it is now.</summary>
    /// <exception cref="OperationException">None or several have that name, or the vault failed.</exception>
    public JobView Get(string name) => View(Find(name));

    /// <summary>A page of jobs, newest first.</summary>
    /// <param name="device">Only those of this phone, attached or by its full name; empty for all.</param>
    /// <param name="pageSize">1 to 1,000; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page; empty for the first.</param>
    /// <exception cref="OperationException">An argument is wrong, or the vault failed.</exception>
    public JobPage List(string device, int pageSize, string pageToken)
    {
        if (pageSize is < 0 or > LargestPage)
            throw Faults.Argument("page_size", "0 to 1,000 is expected.");
        int size = pageSize == 0 ? DefaultPage : pageSize;
        IReadOnlyList<JobRow> found;
        try
        {
            found = VaultAccess.Try(() => _vault.Jobs.List(
                device.Length == 0 ? null : _phones.NameOf(device), Math.Min(size + 1, LargestPage), pageToken.Length == 0 ? null : pageToken));
        }
        catch (OperationException e) when (e.Error == OperationError.JobNotFound)
        {
            throw Faults.Argument("page_token", "it is of no earlier page.");
        }
        bool more = found.Count > size || (found.Count == LargestPage && size == LargestPage);
        return new JobPage([.. found.Take(size).Select(View)], more ? found[size - 1].Name : "");
    }

    /// <summary>Ends a job; of one that has ended nothing is changed.</summary>
    /// <param name="name">As for <see cref="Get"/>.</param>
    /// <param name="unlessShared">Leave it running when more than one watch it.</param>
    /// <param name="ct">Ends the wait for the job's end, not the cancelling.</param>
    /// <exception cref="OperationException">There is no such job, or the vault failed.</exception>
    public async Task<JobView> CancelAsync(string name, bool unlessShared, CancellationToken ct)
    {
        JobRow row = Find(name);
        if (Running(row.Name) is not { } dump || (unlessShared && !dump.Leave()))
            return Get(row.Name);
        if (dump.IsAbandoned)
        {
            dump.EndAbandoned();
            Forget(dump);
            return Get(row.Name);
        }
        await dump.CancelAsync();
        await WhenEndedAsync(dump, ct);
        return Get(row.Name);
    }

    /// <summary>The job when it has ended, or as it is when the time is over.</summary>
    /// <param name="name">As for <see cref="Get"/>.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="OperationException">There is no such job, or the vault failed.</exception>
    public async Task<JobView> WaitAsync(string name, TimeSpan limit, CancellationToken ct)
    {
        JobRow row = Find(name);
        if (Running(row.Name) is { } dump)
        {
            // Who waits for a job wants it as much as who watches it.
            dump.CountWatchers(1);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(WhenEndedAsync(dump, over.Token), Task.Delay(limit, _time, over.Token));
            await over.CancelAsync();
            dump.CountWatchers(-1);
            ct.ThrowIfCancellationRequested();
        }
        return Get(row.Name);
    }

    /// <summary>Begins nothing new and stops reading; what was read is on the disk when this completes, and the next agent goes on.</summary>
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
        await _pruning;
    }

    /// <summary>What ended long ago goes, also when nothing happens: batches hold what is secret in a phone.</summary>
    private async Task PruneAsync()
    {
        using var timer = new PeriodicTimer(s_betweenPrunes, _time);
        try
        {
            do
            {
                try
                {
                    _vault.Jobs.Prune();
                }
                catch (VaultUnavailableException e)
                {
                    LogNotPruned(_log, e);
                }
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }

    private async Task<(RunningDump Dump, bool Shared)> FindOrStartAsync(DumpRequest request, CancellationToken ct)
    {
        if (request.WaitLimit is { } limit && (limit < TimeSpan.FromSeconds(1) || limit > s_longestWait))
            throw Faults.Argument("wait_limit", "1 s to 24 h is expected.");
        if (request.Quick && request.Ranges.Count > 0)
            throw Faults.Argument("ranges", "a quick dump chooses its items itself; give no ranges.");
        byte[] slots = DumpPlan.SlotsOf(request.Slots);
        string items = request.Quick ? "" : JobOrder.Text(DumpPlan.ItemsOf(request.Ranges));

        Phone phone = await _phones.RequireAsync(request.Device, ct);
        List<string> notes = [];
        slots = await ReachableAsync(phone, slots, request.SkipUnreachableSlots, notes, ct);
        int wait = (int)(request.WaitLimit ?? s_defaultWait).TotalSeconds;
        var order = new JobOrder([.. slots.Select(slot => new JobOrder.Part(slot, items))], request.Quick, request.SaveSnapshot, wait);
        if (request.Quick)
        {
            (IReadOnlyList<JobOrder.Part> parts, string note) = QuickChoice.For(phone.Last.Identity.Model, slots, _vault);
            order = order with { Slots = parts };
            notes.Add(note);
        }
        return Start(phone, order, request.Operator, notes);
    }

    private (RunningDump Dump, bool Shared) Start(Phone phone, JobOrder order, string caller, IReadOnlyList<string> notes)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                throw Faults.Stopping();
            foreach ((RunningDump other, _) in _running.Values)
                if (!other.IsCancelled && other.Row.Device == phone.Name && other.Order.ToKey() == order.ToKey() && !other.View().HasEnded && other.Row.Identity == phone.Last.Identity)
                {
                    other.Share();
                    return (other, true);
                }
            if (_running.Values.Count(one => one.Dump.Row.Device == phone.Name) >= MostOfOnePhone)
                throw Faults.TooManyJobs($"on {phone.Name}", MostOfOnePhone);
            if (_running.Count >= MostRunning)
                throw Faults.TooManyJobs("in this agent", MostRunning);
            JobRow row = VaultAccess.Try(() => _vault.Jobs.Create(
                new NewJob(phone.Name, phone.Last.Identity, order.ToJson(), caller, new DumpPlan(order).Total, notes)));
            var dump = new RunningDump(row, _phones, _vault, _time);
            Run(dump);
            return (dump, false);
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

    private void Forget(RunningDump dump)
    {
        lock (_lock)
            _running.Remove(dump.Row.Name);
    }

    private void Run(RunningDump dump)
    {
        lock (_lock)
            _running[dump.Row.Name] = (dump, Task.Run(() => RunAsync(dump)));
    }

    private async Task RunAsync(RunningDump dump)
    {
        try
        {
            await dump.RunAsync(() => CautiousElderOf(dump), _stopping.Token);
        }
        catch (Exception e)
        {
            LogAbandoned(_log, dump.Name, e);
            dump.Abandon(e switch
            {
                OperationException known => known,
                VaultUnavailableException vault => Faults.Vault(vault),
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

    /// <summary>The slots that the phone offers a way to.</summary>
    private async Task<byte[]> ReachableAsync(Phone phone, byte[] slots, bool skip, List<string> notes, CancellationToken ct)
    {
        if (!slots.Contains((byte)2))
            return slots;
        try
        {
            phone.Remember(await _identify.ReadSlotsAsync(phone.Session, ct));
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            throw PhoneFailure.Explain(e, phone);
        }
        if (phone.Last.SecondSimReachable)
            return slots;
        OperationException unreachable = Faults.SlotUnreachable(phone.Name, 2, phone.Last.Slot(2).PhoneAnswer);
        if (!skip || slots.Length == 1)
            throw unreachable;
        notes.Add(unreachable.Message);
        return [1];
    }

    private static async Task WhenEndedAsync(RunningDump dump, CancellationToken ct)
    {
        while (true)
        {
            Task next = dump.News.Next;
            if (dump.View().HasEnded)
                return;
            await next.WaitAsync(ct);
        }
    }

    private RunningDump? Running(string name)
    {
        lock (_lock)
            return _running.TryGetValue(name, out var one) ? one.Dump : null;
    }

    private JobRow Find(string name) => VaultAccess.Try(() => _vault.Jobs.Find(JobNames.Bare(name)));

    private JobView View(JobRow row) => Running(row.Name)?.View() ?? JobViews.Of(row);

    [LoggerMessage(2102, LogLevel.Warning, "Batches of jobs that ended long ago could not be removed")]
    private static partial void LogNotPruned(ILogger log, Exception exception);

    [LoggerMessage(2101, LogLevel.Error, "{Job} cannot go on in this run of the agent")]
    private static partial void LogAbandoned(ILogger log, string job, Exception exception);
}
