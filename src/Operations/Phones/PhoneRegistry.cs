using ImeiAgent.Diag.Identity;
using ImeiAgent.Session;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Ports and the phones behind them. Each port has one task that opens, probes, identifies and reopens it; a phone keeps its name
/// across ports and reboots. Disposing it closes all ports.
/// </summary>
public sealed partial class PhoneRegistry : IAsyncDisposable
{
    private readonly RegistryOptions _options;
    private readonly VaultFile _vault;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PhoneNames _names = new();
    private readonly List<PhonePort> _ports = [];
    private readonly Dictionary<string, WriteGate> _gates = [];
    private readonly List<Task> _tasks = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Begins to watch the ports.</summary>
    public PhoneRegistry(RegistryOptions options, VaultFile vault, TimeProvider time, ILogger<PhoneRegistry> log)
    {
        (_options, _vault, _time, _log) = (options, vault, time, log);
        Flight = new FlightLog(vault, log);
        Recovery = new JournalRecovery(vault, options.Restore, time, log);
        foreach (PortSpec port in options.Ports)
            Watch(port, discovered: false);
        if (options.Discover is { } discover)
            _tasks.Add(DiscoverAsync(discover));
    }

    internal JournalRecovery Recovery { get; }

    internal FlightLog Flight { get; }

    internal RestoreOptions RestoreOptions => _options.Restore;

    /// <summary>How long an operation waits for ports that are still being probed.</summary>
    internal TimeSpan Patience => _options.Patience;

    /// <summary>All ports as they are now, ordered by name.</summary>
    public IReadOnlyList<PhoneView> List()
    {
        lock (_lock)
            return [.. _ports.Select(p => p.View()).OrderBy(v => v.Name, StringComparer.Ordinal).ThenBy(v => v.Port, StringComparer.Ordinal)];
    }

    /// <summary>The phone or port that is asked for, in whatever state it is.</summary>
    /// <param name="asked">Name, a unique beginning of it, or port; empty when only one is attached.</param>
    /// <exception cref="OperationException">None or several fit.</exception>
    public PhoneView Get(string asked) => PhoneChoice.Among(List(), asked);

    /// <summary>The full name of a phone, attached or not: what is asked for may be its port or a beginning of its name while it is there.</summary>
    internal string NameOf(string asked)
    {
        try
        {
            return Get(asked).Name;
        }
        catch (OperationException e) when (e.Error == OperationError.DeviceNotFound)
        {
            return asked.StartsWith(PhoneNames.Prefix, StringComparison.Ordinal) ? asked : PhoneNames.Prefix + asked;
        }
    }

    /// <summary>
    /// The phone or port that is asked for. Waits a while for ports that are still being probed, since they may turn out to be the one
    /// that is meant, or one more that fits.
    /// </summary>
    /// <exception cref="OperationException">None or several fit.</exception>
    public async Task<PhoneView> ChooseAsync(string asked, CancellationToken ct)
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            Task changed = Changed;
            IReadOnlyList<PhoneView> present = List();
            TimeSpan left = _options.Patience - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || PhoneChoice.IsSettled(present, asked))
                return PhoneChoice.Among(present, asked);
            await Task.WhenAny(changed, Task.Delay(left, _time, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The phone that is asked for, ready to be worked with. Waits as <see cref="ChooseAsync"/> does.</summary>
    /// <exception cref="OperationException">None or several fit, or it is not ready; the message says what to do.</exception>
    public async Task<Phone> RequireAsync(string asked, CancellationToken ct)
    {
        PhoneView choice = await ChooseAsync(asked, ct);
        return FindReady(choice.Name) ?? throw Faults.NotReady(choice);
    }

    /// <summary>The phone of that full name when it is ready; else null.</summary>
    internal Phone? FindReady(string name)
    {
        lock (_lock)
            return _ports.FirstOrDefault(p => p.Phone is not null && p.Name == name)?.Phone;
    }

    /// <summary>Completes at the next change of any port.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>Closes all ports.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        Task[] tasks;
        lock (_lock)
            tasks = [.. _tasks];
        await Task.WhenAll(tasks);
    }

    /// <summary>Gives a port the name of the phone that was found on it; or a hint why not: the phone is in use at another port.</summary>
    internal string? Claim(PhonePort port, PhoneIdentity identity)
    {
        lock (_lock)
        {
            string name = identity.IsUnique ? _names.For(identity) : PhoneNames.For(port.Spec);
            foreach (PhonePort other in _ports.Where(p => p != port && p.Name == name))
            {
                if (other.HoldsName)
                    return PhoneHints.SecondPortOf(name, other.Spec);
                other.LoseName(port.Spec);
            }
            port.TakeName(name);
            return null;
        }
    }

    /// <summary>Keeps which valid numbers the phone's slots show: a number that one phone had is given to no other.</summary>
    internal void NoteNumbers(Phone phone)
    {
        try
        {
            foreach (SlotReading slot in phone.Last.Slots)
                if (slot.Content is { State: ImeiSlotState.Ok, Imei: { } imei })
                    _vault.Numbers.Saw(phone.Last.Identity, phone.Name, slot.Slot, imei);
        }
        catch (VaultUnavailableException e)
        {
            LogNumbersNotKept(_log, phone.Name, e);
        }
    }

    internal WriteGate GateOf(string name)
    {
        lock (_lock)
        {
            if (!_gates.TryGetValue(name, out WriteGate? gate))
                _gates[name] = gate = new WriteGate();
            return gate;
        }
    }

    /// <summary>Takes a port off the list that was discovered and is gone.</summary>
    internal bool Forget(PhonePort port)
    {
        bool removed = false;
        Change(() => removed = _ports.Remove(port));
        return removed;
    }

    /// <summary>Changes what is seen from outside, and tells those who wait.</summary>
    internal void Change(Action change)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            change();
            (signal, _changed) = (_changed, NewSignal());
        }
        signal.SetResult();
    }

    private async Task DiscoverAsync(Func<IReadOnlyList<PortSpec>> discover)
    {
        using var timer = new PeriodicTimer(_options.DiscoveryInterval, _time);
        try
        {
            do
            {
                try
                {
                    foreach (PortSpec port in await Task.Run(discover, _stop.Token))
                        Watch(port, discovered: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    LogNotDiscovered(_log, e);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The registry ends.
        }
    }

    private void Watch(PortSpec spec, bool discovered)
    {
        lock (_lock)
        {
            if (_ports.Exists(p => p.Spec == spec))
                return;
            var port = new PhonePort(spec, discovered, _options, this, _time, _log);
            Change(() => _ports.Add(port));
            _tasks.RemoveAll(t => t.IsCompletedSuccessfully);
            _tasks.Add(Task.Run(() => RunAsync(port)));
        }
    }

    private async Task RunAsync(PhonePort port)
    {
        try
        {
            await port.RunAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The registry ends.
        }
        catch (Exception e)
        {
            LogLost(_log, port.Spec, e);
            Forget(port);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(2010, LogLevel.Warning, "The machine's ports could not be listed")]
    private static partial void LogNotDiscovered(ILogger log, Exception exception);

    [LoggerMessage(2012, LogLevel.Warning, "The vault could not keep what {Phone} shows")]
    private static partial void LogNumbersNotKept(ILogger log, string phone, Exception exception);

    [LoggerMessage(2011, LogLevel.Error, "{Port} is no longer watched because of a fault of the agent")]
    private static partial void LogLost(ILogger log, PortSpec port, Exception exception);
}
