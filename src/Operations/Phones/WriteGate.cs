namespace ImeiAgent.Operations;

/// <summary>
/// Lets one at a time write to a phone, over all its conversations: it belongs to the phone's name, not to its port. Who is inside
/// gets the phone before anybody else when it comes back from a restart or a pulled cable.
/// </summary>
internal sealed class WriteGate
{
    private readonly Lock _lock = new();
    private Visit? _inside;
    private Phone? _offered;
    private TaskCompletionSource _offer = NewSignal();

    /// <summary>Enters when nobody is in; null when somebody is.</summary>
    /// <param name="by">Who enters.</param>
    /// <param name="purpose">What for, as in "ticket 4711".</param>
    /// <param name="inside">Who is in now: the caller, or whoever was there before.</param>
    public Pass? TryEnter(Caller by, string purpose, out Visit inside)
    {
        lock (_lock)
        {
            if (_inside is not null)
            {
                inside = _inside;
                return null;
            }
            _offered = null;
            _inside = inside = new Visit(by, purpose);
            return new Pass(this, _inside);
        }
    }

    /// <summary>Enters as soon as nobody is in.</summary>
    public async Task<Pass> EnterAsync(Caller by, string purpose, CancellationToken ct)
    {
        while (true)
        {
            if (TryEnter(by, purpose, out Visit inside) is { } pass)
                return pass;
            await inside.Left.Task.WaitAsync(ct);
        }
    }

    /// <summary>Who is in; null when nobody is.</summary>
    public Visit? Inside
    {
        get
        {
            lock (_lock)
                return _inside;
        }
    }

    /// <summary>The phone is at a port, again or for the first time, and is not yet shown to anybody.</summary>
    public void Offer(Phone phone)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            _offered = phone;
            (signal, _offer) = (_offer, NewSignal());
        }
        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Who is in, and what for.</summary>
    internal sealed class Visit(Caller by, string purpose)
    {
        public Caller By => by;

        public string Purpose => purpose;

        public TaskCompletionSource Left { get; } = NewSignal();
    }

    /// <summary>The right to be in; disposing it leaves.</summary>
    internal sealed class Pass : IDisposable
    {
        private readonly WriteGate _gate;
        private readonly Visit _visit;

        internal Pass(WriteGate gate, Visit visit) => (_gate, _visit) = (gate, visit);

        /// <summary>Waits for the phone in a new conversation, after the old one ended.</summary>
        public async Task<Phone> ReturnOfAsync(Phone gone, CancellationToken ct)
        {
            while (true)
            {
                Task news;
                lock (_gate._lock)
                {
                    if (_gate._offered is { } back && back != gone && !back.Session.Broken.IsCompleted)
                        return back;
                    news = _gate._offer.Task;
                }
                await news.WaitAsync(ct);
            }
        }

        public void Dispose()
        {
            lock (_gate._lock)
            {
                if (_gate._inside != _visit)
                    return;
                (_gate._inside, _gate._offered) = (null, null);
            }
            _visit.Left.SetResult();
        }
    }
}
