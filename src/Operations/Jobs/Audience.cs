namespace ImeiAgent.Operations;

/// <summary>
/// Who wants a dump: those who asked for it, and those who watch it. It is not one person's to end in passing while somebody else does. Safe
/// for use by several threads.
/// </summary>
/// <param name="owner">Who asked first, by <see cref="Caller.Id"/>; an agent that is started again knows them by the name that the job's row keeps.</param>
internal sealed class Audience(string owner)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal) { [owner] = 1 };
    private int _watchers;

    /// <summary>How many watch.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    /// <summary>Somebody watches from now on (1), or no more (-1).</summary>
    public void CountWatchers(int change) => Interlocked.Add(ref _watchers, change);

    /// <summary>Somebody asked for the same, the same person perhaps, from another desk.</summary>
    public void Join(Caller asker)
    {
        lock (_gate)
            _asked[asker.Id] = _asked.GetValueOrDefault(asker.Id) + 1;
    }

    /// <summary>Somebody gives up what they asked for, once; true when nobody is left who asked for it, and nobody else watches.</summary>
    public bool Leave(Caller asker)
    {
        lock (_gate)
        {
            // What others asked for stays, however often one gives up.
            string who = _asked.ContainsKey(asker.Id) ? asker.Id : asker.Name;
            if (_asked.TryGetValue(who, out int times) && times > 1)
                _asked[who] = times - 1;
            else
                _asked.Remove(who);
            return _asked.Count == 0 && Watchers <= 1;
        }
    }
}
