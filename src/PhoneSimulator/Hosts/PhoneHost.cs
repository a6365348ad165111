using ImeiAgent.PhoneSimulator.Commands;
using ImeiAgent.PhoneSimulator.Wire;

namespace ImeiAgent.PhoneSimulator;

/// <summary>
/// A port with a simulated phone behind it. It is plugged in when made. Resets, crashes and loss of power of the phone pull the port
/// away as they would over USB. Disposing the host does not dispose the phone.
/// </summary>
public abstract class PhoneHost : IAsyncDisposable
{
    /// <summary>From the reply to a reset until the port vanishes: time to read the reply.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly TaskCompletionSource _powerLost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _aftermath = Task.CompletedTask;
    private volatile bool _plugged;
    private bool _cableIn = true;

    private protected PhoneHost(SimulatedPhone phone, TimeProvider? time)
    {
        Phone = phone;
        Time = time ?? TimeProvider.System;
    }

    /// <summary>The phone.</summary>
    public SimulatedPhone Phone { get; }

    /// <summary>Whether the port is there.</summary>
    public bool IsPlugged => _plugged;

    /// <summary>Completes when the phone lost power (quirk <c>die</c> or <see cref="LosePower"/>). The host stays unplugged until <see cref="Replug"/>.</summary>
    public Task PowerLost => _powerLost.Task;

    /// <summary>Called in the thread that took the power, which is often the one that served the fatal write, before anything else happens; a standalone simulator kills itself here.</summary>
    public Action? OnPowerLoss { get; init; }

    private protected TimeProvider Time { get; }

    /// <summary>Under which name the port is there: 1, and one more for each start of the phone with quirk <c>new-name</c>.</summary>
    private protected int NameNumber { get; private set; } = 1;

    /// <summary>Pulls the cable: the port vanishes, clients see its end. The phone stays on; one that restarts is not seen again before <see cref="Replug"/>.</summary>
    public void Unplug()
    {
        lock (_gate)
        {
            _cableIn = false;
            Vanish();
        }
    }

    /// <summary>Puts the cable back, and switches the phone on if it was off. Nothing happens when it is plugged.</summary>
    public void Replug()
    {
        lock (_gate)
        {
            _cableIn = true;
            Appear();
        }
    }

    /// <summary>Takes the phone's power away, as quirk <c>die</c> does: it loses what it had not stored, and its port until <see cref="Replug"/>.</summary>
    public void LosePower()
    {
        OnPowerLoss?.Invoke();
        Phone.LosePower();
        Unplug();
        _powerLost.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        Unplug();
        await _aftermath.ConfigureAwait(false);
        _disposed.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Vanish()
    {
        if (!_plugged)
            return;
        _plugged = false;
        PullOut();
    }

    private void Appear()
    {
        if (_plugged || _disposed.IsCancellationRequested)
            return;
        if (Phone.PowerOn() && Phone.Quirks.NewName)
            NameNumber++;
        PlugIn();
        _plugged = true;
    }

    /// <summary>Makes the port appear.</summary>
    private protected abstract void PlugIn();

    /// <summary>Makes the port vanish; returns when no thread uses it any more.</summary>
    private protected abstract void PullOut();

    /// <summary>A thread of its own for blocking reads of a port.</summary>
    private protected static Thread StartThread(string name, Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Lets the phone talk over <paramref name="port"/> until it ends.</summary>
    private protected void Serve(Stream port)
    {
        byte[] buffer = new byte[64 * 1024];
        using PhoneLine? diag = Phone.Profile.SpeaksAtOnly ? null : new PhoneLine(Phone, port, Time, Happened);
        AtLine? at = diag is null ? new AtLine(Phone, port) : null;
        try
        {
            int count;
            while ((count = port.Read(buffer)) > 0)
            {
                bool goesOn = diag?.Receive(buffer.AsSpan(0, count)) ?? at!.Receive(buffer.AsSpan(0, count));
                if (!goesOn)
                    return;
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The client left, or the cable was pulled.
        }
    }

    private void Happened(Aftermath after)
    {
        if (after == Aftermath.PowerLoss)
            OnPowerLoss?.Invoke();
        Task earlier = _aftermath;
        _aftermath = Task.Run(async () =>
        {
            await earlier.ConfigureAwait(false);
            await SettleAsync(after).ConfigureAwait(false);
        });
    }

    private async Task SettleAsync(Aftermath after)
    {
        try
        {
            if (after is Aftermath.Restart or Aftermath.PowerOff)
                await Task.Delay(Farewell, Time, _disposed.Token).ConfigureAwait(false);
            if (after is not (Aftermath.Restart or Aftermath.Crash))
            {
                Unplug();
                if (after == Aftermath.PowerLoss)
                    _powerLost.TrySetResult();
                return;
            }
            lock (_gate)
                Vanish();
            await Task.Delay(Phone.Quirks.ResetDelay, Time, _disposed.Token).ConfigureAwait(false);
            lock (_gate)
            {
                if (_cableIn)
                    Appear();
            }
        }
        catch (OperationCanceledException)
        {
            // The host is being disposed.
        }
    }
}
