using System.Diagnostics;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>
/// The restore of one phone, as a person goes through it: choose, check, confirm, watch. It lives in the program and not in a page: what was sent,
/// and what waits for a supervisor, goes on when the window is reloaded or closed. What was only typed, and the lease, do not outlive the page.
/// Safe for use by several threads.
/// </summary>
public sealed class RestoreCase
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly CancellationToken _end;
    private CancellationTokenSource _checking = new();
    private LeaseHold? _hold;
    private WriteImeiRequest? _asked;
    private ulong? _looked;
    private int _windows;

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

    /// <summary>Raised after anything of it changed, on any thread.</summary>
    public event Action? Changed;

    /// <summary>Raised when the last window left it and nothing of it is under way.</summary>
    internal event Action? Left;

    /// <summary>Whether nobody looks at it and nothing of it is under way.</summary>
    internal bool IsIdle => !IsUnderWay && _windows == 0;

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
        lock (_gate)
            if (--_windows > 0)
                return;
        if (IsUnderWay)
            return;
        await StartOverAsync();
        Left?.Invoke();
    }

    /// <summary>Takes the lease, and asks what would be written. Nothing is.</summary>
    public async Task CheckAsync(LeaseWish wish = default)
    {
        WriteImeiRequest request;
        lock (_gate)
        {
            if (State is Checking or Sent || !Draft.IsComplete)
                return;
            _checking = CancellationTokenSource.CreateLinkedTokenSource(_end);
            request = Request();
            State = new Checking(InLine: wish.Wait > TimeSpan.Zero);
        }
        Changed?.Invoke();
        CancellationToken stop = _checking.Token;
        using Activity? span = AgentLink.StartAction("restore.check");
        try
        {
            await ReleaseAsync();
            _hold = wish.Token > 0
                ? LeaseHold.Keep(Link.Client, Device, wish.Token, _end)
                : await LeaseHold.TakeAsync(Link.Client, Device, request.Reason, wish.Wait, stop);
            Show(new Checking(InLine: false));
            RestorePlan? plan = null;
            await _hold.WhileHeldAsync(async held =>
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(held, stop);
                plan = await RestorePlan.MakeAsync(Link.Client, request, either.Token);
            });
            await HoldAsync(plan!);
        }
        catch (LeaseLostException lost)
        {
            await EndCheckAsync(new Drafting(Lost: lost));
        }
        catch (AgentException refused)
        {
            span?.SetTag("error.type", refused.Reason).SetStatus(ActivityStatusCode.Error);
            var fault = new CallFault(refused, span?.TraceId.ToHexString());
            bool waits = refused.Metadata.TryGetValue("approval", out string? id) && id.Length > 0;
            await EndCheckAsync(waits ? new AwaitingApproval(fault, id!, null) : new Drafting(fault));
            if (waits)
                await LookForApprovalAsync();
        }
        catch (OperationCanceledException)
        {
            await EndCheckAsync(new Drafting());
        }
    }

    /// <summary>Goes back to choosing and typing, and gives the phone back. What was sent is not taken back.</summary>
    public async Task ChangeAsync()
    {
        if (State is Sent)
            return;
        await _checking.CancelAsync();
        if (State is not Checking) // Which ends by itself.
            await EndCheckAsync(new Drafting());
    }

    /// <summary>Sends what was planned; once.</summary>
    /// <param name="spc">The service programming code, or empty.</param>
    /// <param name="password">The security password, or empty.</param>
    public void Send(string spc, string password)
    {
        lock (_gate)
        {
            if (State is not Planned { Plan: { Writes: true } plan } || _hold is not { Lost: null } hold)
                return;
            WriteImeiRequest request = new(plan.Request) { FencingToken = hold.Token, Spc = spc, SecurityPassword = password };
            _asked = null; // What comes next is another restore.
            State = new Sent(new RestoreRun(Link, request, _time, OnRun, _end));
        }
        Changed?.Invoke();
    }

    /// <summary>Asks for the same again as a new restore, after one that was refused.</summary>
    public async Task AskAnewAsync()
    {
        if (State is not Sent { Run.State: RunState.Over or RunState.Unsettled })
            return;
        await EndCheckAsync(new Drafting());
        await CheckAsync();
    }

    /// <summary>Forgets all of it. A restore that is under way stays.</summary>
    public async Task StartOverAsync()
    {
        if (State is Sent { Run.State: RunState.Running or RunState.Lost })
            return;
        await _checking.CancelAsync();
        (Draft, _asked, AsksSpc, AsksPassword) = (new RestoreDraft(), null, false, false);
        await EndCheckAsync(new Drafting());
    }

    /// <summary>Nobody asks for it any more.</summary>
    internal async Task ForgetAsync()
    {
        Link.Changed -= OnNews;
        await ReleaseAsync();
    }

    // The same content is the same request, so that what was approved of it stays approved; anything else is a new one.
    private WriteImeiRequest Request()
    {
        WriteImeiRequest request = Draft.ToRequest(Device, _asked?.RequestId ?? "");
        if (!request.Equals(_asked))
            request.RequestId = Guid.NewGuid().ToString();
        return _asked = request;
    }

    private async Task HoldAsync(RestorePlan plan)
    {
        LeaseHold hold = _hold!;
        Show(new Planned(plan));
        if (!plan.Writes)
            await ReleaseAsync();
        else
            hold.WhileHeld.Register(() => OnLeaseOver(hold));
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
        if (State is Sent { Run: { State: RunState.Over or RunState.Unsettled } run })
        {
            AsksSpc |= run.Refused?.Why.Code is ErrorReason.SpcRequired or ErrorReason.SpcRefused;
            AsksPassword |= run.Refused?.Why.Code is ErrorReason.PasswordRequired or ErrorReason.PasswordRefused;
            _ = ReleaseAsync();
        }
        Changed?.Invoke();
    }

    private async Task EndCheckAsync(RestoreState next)
    {
        await ReleaseAsync();
        Show(next);
    }

    private async Task ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _hold, null) is not { } hold)
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

    private void Show(RestoreState next)
    {
        lock (_gate)
            State = next;
        Changed?.Invoke();
    }

    private void OnNews()
    {
        if (State is AwaitingApproval { Approved: null } && Link.View is { IsLive: true, Attention: { } attention } && attention.Change != _looked)
            _ = LookForApprovalAsync();
    }

    /// <summary>Looks whether a supervisor has approved it. In a window it is then checked again at once, which shows what they approved.</summary>
    public async Task LookForApprovalAsync()
    {
        if (State is not AwaitingApproval waiting)
            return;
        _looked = Link.View.Attention?.Change;
        try
        {
            ListApprovalsResponse all = await Link.Client.ListApprovalsAsync(new(), _end);
            Approval? found = all.Approvals.FirstOrDefault(one => one.RequestId == waiting.RequestId && one.ApprovedBy.Length > 0);
            if (found is not null && State == waiting)
                Show(waiting = waiting with { Approved = found });
        }
        catch (Exception fault) when (fault is AgentException or OperationCanceledException)
        {
            _looked = null; // Looked again at the next news.
        }
        if (waiting.Approved is not null && State == waiting && _windows > 0)
            await CheckAsync();
    }
}
