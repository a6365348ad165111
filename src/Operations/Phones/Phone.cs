using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>
/// A phone that is ready: one open conversation. When it breaks, this object is spent; the registry makes a new one when the phone
/// comes back, under the same name.
/// </summary>
public sealed class Phone
{
    private volatile PhoneReading _last;

    internal Phone(string name, PortSpec port, DiagSession session, WriteGate gate, PhoneReading reading)
    {
        Name = name;
        Port = port.ToString();
        Session = session;
        Gate = gate;
        _last = reading;
    }

    /// <summary>Name that stays with the phone, as in "devices/sm-g991u-3f2a".</summary>
    public string Name { get; }

    /// <summary>The port in its canonical form.</summary>
    public string Port { get; }

    /// <summary>What it told when it was last asked.</summary>
    public PhoneReading Last => _last;

    /// <summary>What went over its port since it was opened.</summary>
    public SessionCounters Traffic => Session.Counters;

    internal DiagSession Session { get; }

    internal WriteGate Gate { get; }

    /// <summary>How many requests the session keeps outstanding, at most.</summary>
    internal int Window { get; }

    internal void Remember(PhoneReading reading) => _last = reading;

    internal void Remember(IReadOnlyList<SlotReading> slots) => _last = _last with { Slots = slots };

    /// <summary>As it is now.</summary>
    public PhoneView View() => new(Name, Port, PhoneState.Ready, "", _last);
}

/// <summary>Lets one restore at a time at a phone, over all its sessions: it belongs to the name, not to the port.</summary>
internal sealed class WriteGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _inside;

    /// <summary>Enters when nobody is in; null when somebody is.</summary>
    public Pass? TryEnter()
    {
        lock (_lock)
        {
            if (_inside is not null)
                return null;
            _inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new Pass(this);
        }
    }

    /// <summary>Enters as soon as nobody is in.</summary>
    public async Task<Pass> EnterAsync(CancellationToken ct)
    {
        while (true)
        {
            if (TryEnter() is { } pass)
                return pass;
            Task left;
            lock (_lock)
                left = _inside?.Task ?? Task.CompletedTask;
            await left.WaitAsync(ct);
        }
    }

    /// <summary>The right to be in; disposing it leaves.</summary>
    internal sealed class Pass(WriteGate gate) : IDisposable
    {
        private WriteGate? _gate = gate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gate, null) is not { } left)
                return;
            lock (left._lock)
            {
                left._inside!.SetResult();
                left._inside = null;
            }
        }
    }
}
