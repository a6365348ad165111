using System.Diagnostics;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Session;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Watches one port for as long as the agent runs: opens it, finds out whether a phone speaks there, makes it ready, waits for the
/// end of the conversation, and begins again.
/// </summary>
internal sealed partial class PhonePort(PortSpec spec, bool discovered, RegistryOptions options, PhoneRegistry registry, TimeProvider time, ILogger log)
{
    /// <summary>The span of the first words with a phone.</summary>
    public const string Greeting = "port.greet";

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);

    // Opening and asking a modem, or whatever else hangs on a serial port, again and again disturbs whoever uses it.
    private static readonly TimeSpan s_foreignDelay = TimeSpan.FromSeconds(30);

    private readonly Identify _identify = new(time);
    private FlightRecorder? _recorder;
    private string _hint = "";
    private string _journal = "";
    private PhoneReading? _last;
    private bool _vanished;

    public PortSpec Spec => spec;

    /// <summary>The port's own name, or that of the phone last seen on it.</summary>
    public string Name { get; private set; } = PhoneNames.For(spec);

    public PhoneState State { get; private set; } = PhoneState.Probing;

    /// <summary>Whether this port speaks for the phone of its name; no other port may then.</summary>
    public bool HoldsName { get; private set; }

    /// <summary>The phone while it is ready, else null.</summary>
    public Phone? Phone { get; private set; }

    public PhoneView View() => Phone?.View() ?? new PhoneView(Name, spec.ToString(), State, _hint, _last, State == PhoneState.Unsettled ? _journal : "");

    public async Task RunAsync(CancellationToken ct)
    {
        TimeSpan delay = s_firstDelay;
        while (!ct.IsCancellationRequested)
        {
            bool soon = await ConverseAsync(ct);
            if (discovered && _vanished && State != PhoneState.Disconnected && registry.Forget(this))
                return;
            bool isForeign = State == PhoneState.NotDiag || (discovered && State == PhoneState.Silent);
            // A port that is not there costs next to nothing to look for, and a phone that comes is seen at once.
            delay = soon || _vanished ? s_firstDelay : isForeign ? s_foreignDelay : Min(delay * 2, s_longestDelay);
            Task pause = Task.Delay(delay, time, ct);
            await (State == PhoneState.Unsettled ? Task.WhenAny(pause, registry.Recovery.Asked) : pause);
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>One conversation from the opening to its end; true when it is worth trying again soon.</summary>
    private async Task<bool> ConverseAsync(CancellationToken ct)
    {
        try
        {
            Stream stream = await options.Open(spec, ct);
            _vanished = false;

            if (State is not (PhoneState.Silent or PhoneState.NotDiag or PhoneState.Unsettled))
                Show(PhoneState.Probing, "");
            ProbeVerdict verdict = await ProbeAsync(stream, ct);
            if (verdict != ProbeVerdict.Diag)
            {
                await stream.DisposeAsync();
                Show(verdict == ProbeVerdict.AtCommands ? PhoneState.NotDiag : PhoneState.Silent, PhoneHints.For(verdict));
                return false;
            }

            if (options.Record)
                _recorder ??= new FlightRecorder(FreeText.Masked(spec.ToString()), time);
            await using var session = new DiagSession(stream, options.Session, time, _recorder);
            (PhoneReading reading, string? hint) = await GreetAsync(session, ct);
            if (hint is not null)
            {
                Show(PhoneState.Unavailable, hint);
                return false;
            }
            return await ServeAsync(session, reading, ct);
        }
        catch (PortOpenException e)
        {
            LogNotOpened(log, spec, e.Fault);
            _vanished = e.Fault == PortFault.NotFound;
            // A phone that went away stays "disconnected": that its port is gone too is no news.
            if (State != PhoneState.Disconnected)
                Show(PhoneState.Unavailable, PhoneHints.For(e.Fault, e.Detail));
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it was: the port stays watched, and is tried again.
            LogFailed(log, spec, e);
            Show(PhoneState.Unavailable, e is OperationException ? e.Message : PhoneHints.NotIdentified);
            return false;
        }
        finally
        {
            HoldsName = false;
        }
    }

    /// <summary>
    /// The first words with a phone: it is asked to be quiet, and who it is; and why it cannot be offered, if it cannot. A trace of its own, since
    /// nobody asked for it.
    /// </summary>
    private async Task<(PhoneReading Reading, string? Hint)> GreetAsync(DiagSession session, CancellationToken ct)
    {
        // One whose restore cannot be settled is greeted every few seconds: that is no news.
        Activity? span = State == PhoneState.Unsettled ? null : OperationsTelemetry.StartApart(Greeting);
        Activity.Current = span ?? Activity.Current;
        span?.SetTag("imeiagent.port", spec.ToString());
        try
        {
            await SilenceAsync(session, ct);
            PhoneReading reading = await _identify.FirstAsync(session, ct);
            string? hint = registry.Claim(this, reading.Identity);
            span?.SetTag("imeiagent.device", Name);
            return (reading, hint);
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
        finally
        {
            span.End();
        }
    }

    /// <summary>
    /// Lets a restore that waits for this phone have it first, settles what was left open, offers the phone, and waits until the conversation
    /// ends. True when it is worth looking at the port again soon.
    /// </summary>
    private async Task<bool> ServeAsync(DiagSession session, PhoneReading reading, CancellationToken ct)
    {
        WriteGate gate = registry.GateOf(Name);
        var phone = new Phone(Name, spec, session, gate, reading, _recorder, registry.Flight);
        if (gate.Inside is not null)
            Show(PhoneState.Probing, PhoneHints.WithRestore);
        gate.Offer(phone);
        if (await EnterAsync(gate, session, ct) is not { } pass)
        {
            Show(PhoneState.Disconnected, PhoneHints.For((await session.Broken).Reason));
            return true;
        }
        using (pass)
        {
            if (await registry.Recovery.RunAsync(phone) is { } left)
            {
                // One that recovery restarted is on its way back.
                bool comes = session.Broken.IsCompleted;
                registry.Change(() => (State, _hint, _journal, _last) = (comes ? PhoneState.Disconnected : PhoneState.Unsettled, left.Hint, left.Journal, phone.Last));
                return comes;
            }
        }
        registry.NoteNumbers(phone);
        registry.Change(() => (Phone, State, _hint, _last) = (phone, PhoneState.Ready, "", phone.Last));
        LogReady(log, Name, spec);

        SessionBreak end;
        try
        {
            end = await session.Broken.WaitAsync(ct);
        }
        finally
        {
            registry.Change(() => (Phone, State, _last) = (null, PhoneState.Disconnected, phone.Last));
        }
        LogGone(log, Name, spec, end.Reason, end.Detail);
        // What we closed ourselves is opened again at once: whoever asks for the phone waits for that.
        if (end.Reason == BreakReason.Closed)
            Show(PhoneState.Probing, "");
        else
            Show(PhoneState.Disconnected, PhoneHints.For(end.Reason));
        return true;
    }

    /// <summary>The right to write, as soon as nobody has it; null when the conversation ended before.</summary>
    private static async Task<WriteGate.Pass?> EnterAsync(WriteGate gate, DiagSession session, CancellationToken ct)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<WriteGate.Pass> entering = gate.EnterAsync(Caller.Agent, "it looks for interrupted restores", gone.Token);
        if (await Task.WhenAny(entering, session.Broken) == entering)
            return await entering;
        await gone.CancelAsync();
        try
        {
            (await entering).Dispose();
        }
        catch (OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
        }
        return null;
    }

    /// <summary>Logs, events and debug messages off: what a phone says unasked only costs time. Refusals and silence are tolerated.</summary>
    private static async Task SilenceAsync(DiagSession session, CancellationToken ct)
    {
        await TryAsync(new EventsDisableRequest());
        await TryAsync(new LogDisableRequest());
        await TryAsync(new MessagesDisableRequest());

        async Task TryAsync<T>(IDiagRequest<T> request)
        {
            try
            {
                await session.SendAsync(request, ct);
            }
            catch (Exception e) when (e is NoReplyException or MalformedReplyException)
            {
                // Some phones never answer these.
            }
        }
    }

    private async Task<ProbeVerdict> ProbeAsync(Stream stream, CancellationToken ct)
    {
        try
        {
            return await PortProbe.RunAsync(stream, time, ct);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The registry, under its lock: this port now speaks for the phone of that name.</summary>
    internal void TakeName(string name) => (Name, HoldsName) = (name, true);

    /// <summary>The registry, under its lock: the phone that was here is now at another port.</summary>
    internal void LoseName(PortSpec now)
    {
        Name = PhoneNames.For(spec);
        State = PhoneState.Unavailable;
        _hint = $"The phone that was here is now on {now}.";
        _last = null;
    }

    private void Show(PhoneState state, string hint) => registry.Change(() => (State, _hint) = (state, hint));

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    [LoggerMessage(2001, LogLevel.Information, "{Phone} is ready on {Port}")]
    private static partial void LogReady(ILogger log, string phone, PortSpec port);

    [LoggerMessage(2002, LogLevel.Information, "{Phone} left {Port}: {Reason}, {Detail}")]
    private static partial void LogGone(ILogger log, string phone, PortSpec port, BreakReason reason, string detail);

    [LoggerMessage(2003, LogLevel.Debug, "{Port} was not opened: {Fault}")]
    private static partial void LogNotOpened(ILogger log, PortSpec port, PortFault fault);

    [LoggerMessage(2004, LogLevel.Warning, "The phone on {Port} could not be made ready")]
    private static partial void LogFailed(ILogger log, PortSpec port, Exception exception);
}
