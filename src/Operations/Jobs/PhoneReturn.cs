using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>Finds the phone of a job again: by who it is, on whatever port, within a limit.</summary>
internal sealed class PhoneReturn(PhoneRegistry phones, string device, PhoneIdentity identity, TimeSpan limit, TimeProvider time)
{
    private string _lastPort = "";

    /// <summary>The phone, ready to be read.</summary>
    /// <param name="begun">Whether anything of it was read before.</param>
    /// <param name="lost">Why it was lost; null at the beginning.</param>
    /// <param name="waiting">Told, when it is not there: until when it is waited for and what a person should do; again whenever that changes.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="OperationException">It is not the phone it was, or did not come back in time.</exception>
    public async Task<Phone> WaitAsync(bool begun, OperationException? lost, Action<DateTimeOffset, string> waiting, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        DateTimeOffset until = time.GetUtcNow() + limit;
        string told = "";
        while (true)
        {
            Task changed = phones.Changed;
            if (phones.FindReady(device) is { } phone && !phone.Session.Broken.IsCompleted)
            {
                _lastPort = phone.Port;
                // A phone that tells no serial number is named after its port: what is there now may be another.
                if (begun && !identity.IsUnique)
                    throw Faults.NotRecognised(device);
                RequireUnchanged(phone.Last.Identity);
                return phone;
            }

            PhoneView? stranger = Stranger();
            TimeSpan left = limit - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                throw stranger is not null ? Faults.OtherPhone(device, stranger) : lost is { Error: OperationError.NoReply } ? lost : Faults.NotBack(device, limit);
            string hint = Hint(stranger);
            if (hint != told)
                waiting(until, told = hint);
            await Task.WhenAny(changed, Task.Delay(left, time, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    private void RequireUnchanged(PhoneIdentity now)
    {
        // The model is told by two commands in two forms, and one of them may fail at times; so may the others. What is empty tells nothing.
        bool changed = Differ(identity.Build, now.Build) || Differ(identity.Compiled, now.Compiled) || Differ(identity.Esn, now.Esn) || Differ(identity.Meid, now.Meid);
        if (changed)
            throw Faults.SourceChanged(device, identity, now);

        static bool Differ(string before, string after) => before.Length > 0 && after.Length > 0 && before != after;
    }

    /// <summary>Another phone at the port where this one was.</summary>
    private PhoneView? Stranger() =>
        _lastPort.Length == 0 ? null : phones.List().FirstOrDefault(p => p.Port == _lastPort && p.State == PhoneState.Ready && p.Name != device);

    private string Hint(PhoneView? stranger)
    {
        if (stranger is not null)
            return $"Another phone, {stranger.Name}, is at {_lastPort}. Connect {device}; what was read of it is kept.";
        PhoneView? known = phones.List().FirstOrDefault(p => p.Name == device);
        return known is null || known.Hint.Length == 0
            ? $"Connect {device}, in diagnostic mode; what was read of it is kept."
            : $"{known.Hint} What was read of {device} is kept.";
    }
}
