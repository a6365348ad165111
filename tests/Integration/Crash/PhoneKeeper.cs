using ImeiAgent.TestKit;

namespace ImeiAgent.Integration.Crash;

/// <summary>
/// A phone in a process of its own that serves one schedule after the other, and somebody who switches it on and puts its cable back, some
/// time after it went away.
/// </summary>
internal sealed class PhoneKeeper : IAsyncDisposable
{
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(10);

    private readonly SemaphoreSlim _hands = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly PhoneProcess _phone;
    private readonly Task _care;
    private Schedule? _schedule;
    private volatile bool _pulled;

    private PhoneKeeper(PhoneProcess phone)
    {
        _phone = phone;
        _care = Task.Run(CareAsync);
    }

    public static async Task<PhoneKeeper> StartAsync(TemporaryFolder folder, int seed)
    {
        var phone = new PhoneProcess(folder.File("phone"), folder.File("phone.store"), "galaxy-imei-lost", seed);
        await phone.StartAsync(CrashCase.Brief, CancellationToken.None);
        return new PhoneKeeper(phone);
    }

    public string Port => _phone.Link;

    /// <summary>What a loss of power would leave in a slot: the first 9 bytes of item 550 in hex, or "not active".</summary>
    public string Stores(int slot) => _phone.Holds(slot);

    /// <summary>The phone of a schedule, as it is before.</summary>
    public async Task ArrangeAsync(Schedule schedule)
    {
        await WithHandsAsync(async () =>
        {
            // What was written once stays so: that takes another phone.
            if (_schedule is { } last && last.Quirks.Contains("write-once=550"))
            {
                await _phone.KillAsync(CancellationToken.None);
                File.Delete(_phone.Store);
                await _phone.StartAsync(CrashCase.Brief, CancellationToken.None);
            }
            _schedule = schedule;
            await _phone.QuirkAsync("");
            for (int slot = 1; slot <= 2; slot++)
                await (schedule.Before[slot - 1] is { Length: > 0 } hex ? _phone.PutAsync(slot, 550, hex) : _phone.EraseAsync(slot, 550));
            await _phone.QuirkAsync(string.Join(',', [CrashCase.Brief, .. schedule.Quirks, schedule.Death]));
        });
    }

    /// <summary>It misbehaves no longer.</summary>
    public Task CalmAsync() => WithHandsAsync(() => _phone.QuirkAsync(CrashCase.Brief));

    /// <summary>Its process is killed.</summary>
    public Task LosePowerAsync() => WithHandsAsync(() => _phone.IsOn ? _phone.KillAsync(CancellationToken.None) : Task.CompletedTask);

    /// <summary>Its port vanishes.</summary>
    public Task PullCableAsync() => WithHandsAsync(async () =>
    {
        if (!_phone.IsOn || _pulled)
            return;
        try
        {
            await _phone.UnplugAsync();
            _pulled = true;
        }
        catch (IOException)
        {
            // It lost its power at that very moment.
        }
    });

    /// <summary>It is on, and its cable in.</summary>
    public Task IsThereAsync() => Eventually.HoldsAsync(() => _phone.IsOn && !_pulled, text: "the phone is there");

    private async Task CareAsync()
    {
        using var timer = new PeriodicTimer(s_glance);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (_schedule is not { } schedule || (_phone.IsOn && !_pulled))
                    continue;
                await Task.Delay(schedule.Away, _stop.Token);
                await WithHandsAsync(async () =>
                {
                    if (!_phone.IsOn)
                        await _phone.StartAsync(string.Join(',', [CrashCase.Brief, .. schedule.Quirks]), _stop.Token);
                    else
                        await _phone.PlugAsync();
                    _pulled = false;
                });
            }
        }
        catch (OperationCanceledException)
        {
            // The tests are over.
        }
    }

    private async Task WithHandsAsync(Func<Task> work)
    {
        await _hands.WaitAsync();
        try
        {
            await work();
        }
        finally
        {
            _hands.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _care;
        await _phone.DisposeAsync();
        _hands.Dispose();
        _stop.Dispose();
    }
}
