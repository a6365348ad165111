using System.Diagnostics;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>How sure it is what became of a restore that was sent.</summary>
public enum RunState
{
    /// <summary>It is under way and the agent tells its phases.</summary>
    Running,

    /// <summary>The connection broke: the agent goes on or ended too, and is asked for the outcome, under the same request_id, until it says it.</summary>
    Lost,

    /// <summary>The agent does not know it either: the row is open until the phone is there again, or a person settles it. Asked again at each news.</summary>
    Unsettled,

    /// <summary>Nobody asks any more: its agent was forgotten here. The agent carries it to its end, and its journal tells the outcome.</summary>
    Unfollowed,

    /// <summary>It is over: <see cref="RestoreRun.Receipt"/> or <see cref="RestoreRun.Refused"/> says how.</summary>
    Over,
}

/// <summary>
/// A restore that was sent, followed to its end whoever looks at it. The same request is asked for again until its outcome is known, which never
/// writes twice. The codes that came with it are forgotten as soon as they cannot be needed any more.
/// </summary>
public sealed class RestoreRun
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly AgentLink _link;
    private readonly TimeProvider _time;
    private readonly WriteImeiRequest _request;
    private readonly Action _changed;
    private readonly List<WriteProgress> _steps = [];
    private WritePhase _furthest;
    private bool _mayHaveArrived; // An earlier round ended without an outcome.

    /// <summary>Sends it.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="request">The restore, with codes and lease; belongs to the run from now on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Told at each news, on any thread.</param>
    /// <param name="end">Ends the following; the agent carries a restore that has begun to its end.</param>
    public RestoreRun(AgentLink link, WriteImeiRequest request, TimeProvider time, Action changed, CancellationToken end)
    {
        (_link, _request, _time, _changed) = (link, request, time, changed);
        Completion = Task.Run(() => FollowAsync(end), CancellationToken.None);
    }

    /// <summary>The request's id, by which its outcome can be learnt.</summary>
    public string RequestId => _request.RequestId;

    /// <summary>Whether the phone is restarted after the write.</summary>
    public bool Restarts => !_request.NoRestart;

    /// <summary>How sure it is what became of it.</summary>
    public RunState State { get; private set; } = RunState.Running;

    /// <summary>What the agent told so far, in order.</summary>
    public IReadOnlyList<WriteProgress> Steps
    {
        get
        {
            lock (_steps)
                return [.. _steps];
        }
    }

    /// <summary>The furthest phase that was told.</summary>
    public WritePhase Reached => _furthest;

    /// <summary>What it did, numbers masked; null before the agent said it, and of a restore that was refused before anything was sent.</summary>
    public WriteReceipt? Receipt { get; private set; }

    /// <summary>The agent's last refusal, or how the connection broke; null when there was none.</summary>
    public CallFault? Refused { get; private set; }

    /// <summary>Whether the phone wanted a code that it was not given, or not the right one: the same restore can be asked for again with it.</summary>
    public bool WantsCode => Refused?.Why.Code is ErrorReason.SpcRequired or ErrorReason.PasswordRequired or ErrorReason.SpcRefused or ErrorReason.PasswordRefused;

    /// <summary>Completes when nothing more is to be learnt.</summary>
    public Task Completion { get; }

    /// <summary>
    /// The receipt with its numbers in full, which a person asked to see; the agent returns the stored one. What is sent could not be carried out,
    /// should the agent not know it any more: it has no lease and no codes.
    /// </summary>
    /// <exception cref="AgentException">The agent's refusal, or the connection broke.</exception>
    /// <exception cref="InvalidOperationException">The agent ended without a receipt.</exception>
    public async Task<WriteReceipt> RevealAsync(CancellationToken cancellation)
    {
        WriteReceipt? full = null;
        try
        {
            await foreach (WriteImeiResponse message in _link.Client.WriteImeiAsync(new(_request) { RevealImei = true, FencingToken = 0, Spc = "", SecurityPassword = "" }, cancellation))
                full = message.Receipt ?? full;
        }
        catch (AgentException fault) when (full is not null && fault.Domain == AgentException.AgentDomain)
        {
            // The receipt of a restore that failed is followed by what it failed of.
        }
        return full ?? throw new InvalidOperationException("The agent returned no receipt.");
    }

    private async Task FollowAsync(CancellationToken programEnd)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(programEnd, _link.Gone);
        CancellationToken end = either.Token;
        try
        {
            for (TimeSpan pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
            {
                (bool, ulong?, DeviceState?) before = Seen();
                await AskAsync(end);
                if (State == RunState.Over)
                    return;
                _changed();
                // The agent that is back is asked at once; one that does not know it either, when something has happened.
                await Task.Delay(pause, _time, end);
                await _link.UntilAsync(() => _link.View.IsLive && (State == RunState.Lost || Seen() != before), end);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or InvalidOperationException && end.IsCancellationRequested)
        {
            // The program ends, or the agent was forgotten and its connection disposed.
        }
        finally
        {
            // However the following ended: what nobody follows is not waited for.
            if (State is RunState.Running or RunState.Lost && !programEnd.IsCancellationRequested)
                State = RunState.Unfollowed;
            ForgetCodes();
            _changed();
        }
    }

    // One call, or several over a connection that breaks for moments.
    private async Task AskAsync(CancellationToken end)
    {
        using Activity? span = AgentLink.StartAction("restore");
        AgentException? fault = null;
        try
        {
            await foreach (WriteImeiResponse message in _link.Client.WriteImeiToTheEndAsync(_request, OnLost, end))
                Take(message);
        }
        catch (AgentException refused)
        {
            fault = refused;
            span?.SetTag("error.type", refused.Reason).SetStatus(ActivityStatusCode.Error);
        }
        Refused = fault is null ? null : new CallFault(fault, span?.TraceId.ToHexString());
        State = Judge(fault);
        _mayHaveArrived |= State != RunState.Over;
    }

    // The receipt is what the phone holds. Without one, and once the intent was on disk, only the agent's own word is an outcome.
    private RunState Judge(AgentException? fault)
    {
        if (Receipt is { } receipt)
            return receipt.Outcome != WriteOutcome.Unknown || receipt.Sha256.Length > 0 ? RunState.Over : RunState.Unsettled;
        if (fault is null || fault.Reason == AgentException.OutcomeNotLearnt || (_mayHaveArrived && AgentClient.LeavesOpen(fault)))
            return RunState.Lost;
        if (fault.Code == ErrorReason.WriteOutcomeUnknown)
            return RunState.Unsettled;
        return _furthest.IsAtLeast(WritePhase.Intent) && fault.Code != ErrorReason.WriteRolledBack ? RunState.Lost : RunState.Over;
    }

    private void Take(WriteImeiResponse message)
    {
        if (State != RunState.Running && message.Receipt is null)
            State = RunState.Running;
        if (message.Progress is { } step)
        {
            lock (_steps)
                _steps.Add(step);
            if (step.Phase.IsAtLeast(_furthest))
                _furthest = step.Phase;
        }
        if (message.Receipt is { } receipt)
        {
            Receipt = receipt;
            ForgetCodes();
        }
        _changed();
    }

    private void OnLost(AgentException fault)
    {
        State = RunState.Lost;
        _changed();
    }

    private void ForgetCodes() => (_request.Spc, _request.SecurityPassword) = ("", "");

    private (bool, ulong?, DeviceState?) Seen() => (_link.View.IsLive, _link.View.Attention?.Change, _link.View.Find(_request.Device)?.State);
}
