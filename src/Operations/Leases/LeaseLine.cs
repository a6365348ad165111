namespace ImeiAgent.Operations;

/// <summary>A phone's lease and those who wait for it, first come, first served. Only touched under the lock of <see cref="Leases"/>.</summary>
internal sealed class LeaseLine(string device)
{
    /// <summary>So many may wait for one phone.</summary>
    public const int MostWaiting = 32;

    // Who asks about an older one is told that it ended, and not how.
    private const int EndsRemembered = 16;

    private readonly LinkedList<Waiter> _waiting = [];
    private readonly Queue<HeldLease> _ended = [];

    public string Device => device;

    public HeldLease? Held { get; set; }

    public int Waiting => _waiting.Count;

    /// <summary>The lease of that token, held or ended not long ago; else null.</summary>
    public HeldLease? Find(long token) => Held?.Row.Token == token ? Held : _ended.FirstOrDefault(lease => lease.Row.Token == token);

    public void Remember(HeldLease ended)
    {
        if (_ended.Count == EndsRemembered)
            _ended.Dequeue();
        _ended.Enqueue(ended);
    }

    /// <summary>The place of an order in the line; the same order again, as after a broken connection, gets the place it has. Null when the line is full.</summary>
    public Waiter? Join(LeaseOrder order)
    {
        Waiter? place = _waiting.FirstOrDefault(w => w.Order.RequestId == order.RequestId && w.Order.By.Id == order.By.Id);
        if (place is null)
        {
            if (_waiting.Count == MostWaiting)
                return null;
            _waiting.AddLast(place = new Waiter(order));
        }
        place.Calls++;
        return place;
    }

    /// <summary>A call waits no longer; its place is given up with the last that stands there.</summary>
    public bool Leave(Waiter waiter) => --waiter.Calls == 0 && _waiting.Remove(waiter);

    /// <summary>Takes the first out of the line.</summary>
    public Waiter? Next()
    {
        Waiter? first = _waiting.First?.Value;
        if (first is not null)
            _waiting.RemoveFirst();
        return first;
    }

    /// <summary>Takes a caller's places out of the line.</summary>
    public IReadOnlyList<Waiter> RemoveAll(string callerId)
    {
        Waiter[] gone = [.. _waiting.Where(w => w.Order.By.Id == callerId)];
        foreach (Waiter waiter in gone)
            _waiting.Remove(waiter);
        return gone;
    }

    /// <summary>A place in the line.</summary>
    internal sealed class Waiter(LeaseOrder order)
    {
        public LeaseOrder Order => order;

        /// <summary>How many calls wait at this place.</summary>
        public int Calls { get; set; }

        /// <summary>The lease, once its turn has come.</summary>
        public LeaseView? Got { get; set; }

        public TaskCompletionSource<LeaseView> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
