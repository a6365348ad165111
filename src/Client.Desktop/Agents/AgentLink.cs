using System.Diagnostics;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Agents;

/// <summary>
/// One agent, for all windows: the way to call it, and what it tells by itself, which is watched for as long as the program runs. Tries again every second
/// when the agent is lost.
/// </summary>
public sealed partial class AgentLink : IAsyncDisposable
{
    /// <summary>Name of the source of the windows' spans.</summary>
    public const string SourceName = "ImeiAgent.Desktop";

    private const int EndedJobs = 50, MostOpen = 500;

    private static readonly ActivitySource s_source = new(SourceName);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly DevicePicture _picture = new();
    private readonly Dictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _watch;
    private IReadOnlyList<JournalEntry> _open = [];
    private ulong? _openAsOf;

    private AgentLink(string name, AgentEndpoint endpoint, TimeProvider time, ILogger log)
    {
        (Name, _time, _log) = (name, time, log);
        Gone = _end.Token;
        Client = AgentClient.Connect(endpoint, time);
        _watch = Task.Run(() => WatchAsync(_end.Token));
    }

    /// <summary>The context's name, or "local".</summary>
    public string Name { get; }

    /// <summary>The way to call it.</summary>
    public AgentClient Client { get; }

    /// <summary>The last view; replaced as a whole.</summary>
    public AgentView View { get; private set; } = AgentView.Nothing;

    /// <summary>Cancelled when it is disposed: the agent was forgotten, or the program ends.</summary>
    public CancellationToken Gone { get; }

    /// <summary>Raised after <see cref="View"/> was replaced by one that differs, on any thread.</summary>
    public event Action? Changed;

    /// <summary>Begins to watch.</summary>
    public static AgentLink Start(string name, AgentEndpoint endpoint, TimeProvider time, ILogger log) => new(name, endpoint, time, log);

    /// <summary>Begins the span of something a person asked for, the root of its trace.</summary>
    /// <param name="action">What, as in "restore".</param>
    public static Activity? StartAction(string action)
    {
        Activity.Current = null; // Not a part of the page's own request.
        return s_source.StartActivity("desktop." + action);
    }

    /// <summary>Waits until what is known of the agent fits.</summary>
    /// <param name="fits">Asked of <see cref="View"/> now and after each change, on any thread.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task UntilAsync(Func<bool> fits, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(fits);
        TaskCompletionSource fitting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (fits())
                fitting.TrySetResult();
        }
        Changed += Look;
        try
        {
            Look();
            await fitting.Task.WaitAsync(cancellation);
        }
        finally
        {
            Changed -= Look;
        }
    }

    /// <summary>Ends watching and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Gone.IsCancellationRequested)
            return;
        await _end.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Client.DisposeAsync();
        _end.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        while (true)
        {
            using (Activity? span = s_source.StartActivity("desktop.devices"))
            {
                try
                {
                    await WatchOnceAsync(cancellation);
                    Lost(ShellTexts.WatchEnded, span);
                }
                catch (AgentException fault)
                {
                    span?.SetTag("error.type", fault.Reason).SetStatus(ActivityStatusCode.Error);
                    Lost(fault.Message, span);
                }
            }
            await Task.Delay(s_pause, _time, cancellation);
        }
    }

    private async Task WatchOnceAsync(CancellationToken cancellation)
    {
        GetAgentInfoResponse agent = await Client.GetAgentInfoAsync(cancellation);
        _picture.Begin();
        _openAsOf = null;
        // Running jobs are told anew; one that ended in the meantime is not told at all.
        foreach (string name in _jobs.Where(job => !job.Value.HasEnded).Select(job => job.Key).ToArray())
            _jobs.Remove(name);
        await foreach (WatchDevicesResponse news in Client.WatchDevicesAsync(cancellation))
        {
            _picture.Take(news);
            if (news.Job is { } job)
                Take(job);
            // What is told first is what was there: half of it would show phones that are gone, or none.
            if (!_picture.IsWhole)
                continue;
            if (View.Fault is not null)
                LogBack(_log, Name);
            // Phones first: the journal may take a while.
            Show(new AgentView(_picture.Devices, Jobs(), _picture.Attention, agent, null, _time.GetUtcNow()) { OpenRestores = _open });
            if (await FollowOpenAsync(_picture.Attention, cancellation))
                Show(View with { OpenRestores = _open });
        }
    }

    // It is told how many are open and that something changed, not which.
    private async Task<bool> FollowOpenAsync(WatchAttention? attention, CancellationToken cancellation)
    {
        if (attention is null || attention.Change == _openAsOf)
            return false;
        // Once for each change, also when it fails: who asks again and again while nothing comes would hold up the phones' news.
        _openAsOf = attention.Change;
        try
        {
            _open = attention.OpenJournalRows == 0 ? [] : (await Client.ListJournalAsync(new ListJournalRequest { OpenOnly = true, PageSize = MostOpen }, cancellation)).Entries;
            return true;
        }
        catch (AgentException)
        {
            return false; // How many are open is told all the same.
        }
    }

    private void Take(Job job)
    {
        _jobs[job.Name] = job;
        foreach (Job old in _jobs.Values.Where(one => one.HasEnded).OrderByDescending(one => one.CreateTime?.ToDateTime()).Skip(EndedJobs).ToArray())
            _jobs.Remove(old.Name);
    }

    private Job[] Jobs() => [.. _jobs.Values.OrderByDescending(job => job.CreateTime?.ToDateTime()).ThenBy(job => job.Name, StringComparer.Ordinal)];

    private void Lost(string fault, Activity? span)
    {
        if (View.Fault is null)
            LogLost(_log, Name, SafeText.Masked(SafeText.Clean(fault))); // It may be the agent's own text.
        Show(View with { Fault = fault, Trace = span?.TraceId.ToHexString() });
    }

    private void Show(AgentView next)
    {
        bool same = next.Fault == View.Fault && next.AsOf.HasValue == View.AsOf.HasValue && Equals(next.Agent, View.Agent) && Equals(next.Attention, View.Attention)
            && next.Devices.SequenceEqual(View.Devices) && next.Jobs.SequenceEqual(View.Jobs)
            && next.OpenRestores.SequenceEqual(View.OpenRestores);
        bool stays = View.Since is not null && next.Fault is null == View.Fault is null;
        View = next with { Since = stays ? View.Since : _time.GetUtcNow() };
        if (!same)
            Changed?.Invoke();
    }

    [LoggerMessage(4001, LogLevel.Warning, "The agent {Agent} is lost: {Fault}")]
    private static partial void LogLost(ILogger log, string agent, string fault);

    [LoggerMessage(4002, LogLevel.Information, "The agent {Agent} is back")]
    private static partial void LogBack(ILogger log, string agent);
}
