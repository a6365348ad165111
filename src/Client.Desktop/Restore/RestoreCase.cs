using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>
/// The restore of one phone, as a person goes through it: choose, check, confirm, watch. It lives in the program and not in a page: what was sent,
/// and what waits for a supervisor, goes on when the window is reloaded or closed. What was only typed, and the lease, do not outlive the page.
/// Safe for use by several threads.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "What ends a check has no handle: it leaves one registration with the program's end, which goes with the program.")]
public sealed partial class RestoreCase
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly CancellationToken _end;
    private CancellationTokenSource _checking = new();
    private Task _before = Task.CompletedTask; // What has to end before the phone is taken anew.
    private LeaseHold? _hold; // Of a plan or a run; a check keeps its own.
    private WriteImeiRequest? _asked;
    private ulong? _looked;
    private int _windows;
    private RestoreRun? _seen;
    private AwaitingApproval? _approved; // What a supervisor approved, while it is checked or stands to be confirmed.

    internal RestoreCase(AgentLink link, string device, TimeProvider time, CancellationToken end)
    {
        (Link, Device, _time, _end) = (link, device, time, end);
        link.Changed += OnNews;
    }

    /// <summary>The agent.</summary>
    public AgentLink Link { get; }

    /// <summary>The phone's full name.</summary>
    public string Device { get; }

    /// <summary>What was chosen and typed.</summary>
    public RestoreDraft Draft { get; private set; } = new();

    /// <summary>How far it is.</summary>
    public RestoreState State { get; private set; } = new Drafting();

    /// <summary>Whether the phone asked for its service programming code.</summary>
    public bool AsksSpc { get; private set; }

    /// <summary>Whether the phone asked for its security password.</summary>
    public bool AsksPassword { get; private set; }

    /// <summary>Whether it is worth keeping without a window.</summary>
    public bool IsUnderWay => State is Sent or AwaitingApproval;

    /// <summary>Whether a person was shown how it ended. An outcome that nobody knows is no end.</summary>
    public bool EndWasSeen => State is Sent { Run: var run } && ReferenceEquals(run, _seen);

    /// <summary>Raised after anything of it changed, on any thread.</summary>
    public event Action? Changed;

    /// <summary>Raised when the last window left it and nothing of it is under way.</summary>
    internal event Action? Left;

    /// <summary>Whether nobody looks at it and nothing of it is under way.</summary>
    internal bool IsIdle => !IsUnderWay && _windows == 0;

    /// <summary>Its run when it has nothing more to tell, nobody looks at it and nobody fetches a code for it; else null.</summary>
    internal RestoreRun? Past => EndWasSeen && _windows == 0 && State is Sent { Run: { WantsCode: false } run } ? run : null;

    /// <summary>A window shows it.</summary>
    public void Enter()
    {
        lock (_gate)
            _windows++;
        if (State is AwaitingApproval)
            _ = LookForApprovalAsync();
    }

    /// <summary>A window shows it no more: the last one takes along what was only typed, and gives the phone back.</summary>
    public async Task LeaveAsync()
    {
        LeaseHold? hold = null;
        CancellationTokenSource? checking = null;
        lock (_gate)
        {
            if (--_windows > 0 || IsUnderWay)
                return;
            // What was approved is not typed again: the next window checks it anew.
            if (_approved is { } approved && State is Checking or Planned)
                (State, checking, hold) = (approved, _checking, TakeHold());
        }
        if (checking is not null)
        {
            await EndAsync(checking, hold);
            return;
        }
        await StartOverAsync();
        Left?.Invoke();
    }

    /// <summary>A window has drawn how it ended.</summary>
    public void SeeEnd()
    {
        if (EndWasSeen || State is not Sent { Run: { State: RunState.Over } run } || run.Receipt?.Outcome == WriteOutcome.Unknown)
            return;
        _seen = run;
        Changed?.Invoke();
    }

    /// <summary>Goes back to choosing and typing, and gives the phone back. What was sent is not taken back.</summary>
    public Task ChangeAsync()
    {
        LeaseHold? hold;
        CancellationTokenSource checking;
        lock (_gate)
        {
            if (State is Sent)
                return Task.CompletedTask;
            (checking, hold, _approved) = (_checking, TakeHold(), null);
            State = new Drafting();
        }
        return EndAsync(checking, hold);
    }

    /// <summary>Sends what was planned; once.</summary>
    /// <param name="confirmed">What the person confirmed. Where that is not what is planned now, nothing is sent.</param>
    /// <param name="spc">The service programming code, or empty.</param>
    /// <param name="password">The security password, or empty.</param>
    public void Send(RestorePlan confirmed, string spc, string password)
    {
        lock (_gate)
        {
            if (State is not Planned { Plan: { Writes: true } plan } || !ReferenceEquals(plan, confirmed) || _hold is not { Lost: null } hold)
                return;
            WriteImeiRequest request = new(plan.Request) { FencingToken = hold.Token, Spc = spc, SecurityPassword = password };
            (_asked, _approved) = (null, null); // What comes next is another restore.
            State = new Sent(new RestoreRun(Link, request, _time, OnRun, _end));
        }
        Changed?.Invoke();
    }

    /// <summary>Asks for the same again as a new restore, after one that was refused.</summary>
    public async Task AskAnewAsync()
    {
        Drafting next = new();
        LeaseHold? hold;
        lock (_gate)
        {
            if (State is not Sent { Run: { State: RunState.Over or RunState.Unsettled } run })
                return;
            // Of the run itself: whoever is quick asks before its news are through.
            AsksSpc |= run.Refused?.Why.Code is ErrorReason.SpcRequired or ErrorReason.SpcRefused;
            AsksPassword |= run.Refused?.Why.Code is ErrorReason.PasswordRequired or ErrorReason.PasswordRefused;
            hold = TakeHold();
            State = next;
        }
        await EndAsync(null, hold);
        await CheckAsync(default, next);
    }

    /// <summary>Forgets all of it. A restore that is under way stays.</summary>
    public Task StartOverAsync()
    {
        LeaseHold? hold;
        CancellationTokenSource checking;
        lock (_gate)
        {
            if (State is Sent { Run.State: RunState.Running or RunState.Lost })
                return Task.CompletedTask;
            (Draft, _asked, _approved, AsksSpc, AsksPassword) = (new RestoreDraft(), null, null, false, false);
            (checking, hold) = (_checking, TakeHold());
            State = new Drafting();
        }
        return EndAsync(checking, hold);
    }

    /// <summary>Nobody asks for it any more.</summary>
    internal Task ForgetAsync()
    {
        Link.Changed -= OnNews;
        return EndAsync(_checking, TakeHold());
    }

    private void OnLeaseOver(LeaseHold hold)
    {
        lock (_gate)
        {
            if (hold.Lost is not { } lost || hold != _hold || State is not Planned)
                return;
            State = new Drafting(Lost: lost);
        }
        Changed?.Invoke();
    }

    private void OnRun()
    {
        // At once, and not the lease of a restore that was asked for meanwhile.
        lock (_gate)
            if (State is Sent { Run.State: RunState.Over or RunState.Unsettled or RunState.Unfollowed } && TakeHold() is { } hold)
                _before = GiveBackAsync(hold);
        Changed?.Invoke();
    }

    // A check that is stopped, and the lease of what is not shown any more.
    private async Task EndAsync(CancellationTokenSource? checking, LeaseHold? hold)
    {
        if (hold is not null)
            _before = GiveBackAsync(hold);
        Changed?.Invoke(); // Nobody waits for an agent to see what they did.
        if (checking is not null)
            await checking.CancelAsync();
        await _before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Changed?.Invoke();
    }

    // Given back by whoever took it out of here, once.
    private LeaseHold? TakeHold() => Interlocked.Exchange(ref _hold, null);

    private static async Task GiveBackAsync(LeaseHold? hold)
    {
        if (hold is null)
            return;
        try
        {
            await hold.DisposeAsync();
        }
        catch (ObjectDisposedException)
        {
            // The program ends, and so does the lease, within its 30 s.
        }
    }

    // Goes on only from where it was: what a person did meanwhile, and what was sent, stays.
    private bool Show(RestoreState from, RestoreState next, LeaseHold? hold = null, CancellationToken stop = default)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(State, from) || stop.IsCancellationRequested)
                return false;
            State = next;
            if (next is Planned { Plan.Writes: true })
                _hold = hold;
        }
        Changed?.Invoke();
        return true;
    }
}
