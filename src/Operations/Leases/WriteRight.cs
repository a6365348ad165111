namespace ImeiAgent.Operations;

/// <summary>
/// The right to send a write to a phone, by a lease on it. From <see cref="Take"/> until it is disposed the lease is not given to anybody
/// else, whatever happens: what was checked is still true when the bytes reach the port, and when the old value has to be put back.
/// </summary>
internal sealed class WriteRight(Leases leases, string device, long token, Caller by) : IDisposable
{
    private HeldLease? _taken;

    /// <summary>Whether it would be given now.</summary>
    /// <exception cref="OperationException">The lease has ended, or is not the caller's.</exception>
    public void Require() => leases.Require(device, token, by);

    /// <summary>Takes it.</summary>
    /// <exception cref="OperationException">The lease has ended, or is not the caller's.</exception>
    public void Take() => _taken ??= leases.BeginWrite(device, token, by);

    /// <summary>Gives it back: the write is over, whatever came of it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _taken, null) is { } taken)
            leases.EndWrite(taken);
    }
}
