using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>
/// Between the one that reads the phone and the one that tells: readings come one by one and leave in batches. Bounded: when nobody
/// takes them the reader is made to wait, so a slow client slows the phone and fills no memory.
/// </summary>
internal sealed class ReadingShelf(bool skipAbsent, bool omitItems, TimeProvider time)
{
    // 32 KiB of the contract's messages: about 140 bytes for an item with data, 12 for one without. 512 readings of 144 bytes stay
    // below the 85,000 bytes from which lists are large objects.
    private const int BatchBytes = 32 * 1024;
    private const int BatchItems = 512;
    private const int ActiveBytes = 140;
    private const int InactiveBytes = 12;
    private const int Capacity = 8;

    private readonly Lock _lock = new();
    private readonly Queue<List<NvReading>> _full = new(Capacity);
    private List<NvReading> _open = [];
    private int _openBytes;
    private TaskCompletionSource _news = NewSignal();
    private TaskCompletionSource _room = NewSignal();
    private bool _ended;
    private int _done, _active, _absent, _slot;

    /// <summary>Puts a reading on the shelf.</summary>
    /// <returns>False when the shelf is full: then wait for <see cref="RoomAsync"/> before the next.</returns>
    public bool Add(in NvReading reading)
    {
        lock (_lock)
        {
            bool absent = reading.IsAbsent;
            _done++;
            _active += reading.IsActive ? 1 : 0;
            _absent += absent ? 1 : 0;
            _slot = reading.Slot;
            if (omitItems || (absent && skipAbsent))
                return true;

            _open.Add(reading);
            _openBytes += reading.IsActive ? ActiveBytes : InactiveBytes;
            if (_openBytes < BatchBytes && _open.Count < BatchItems)
                return true;
            Close();
            _news.TrySetResult();
            return _full.Count < Capacity;
        }
    }

    /// <summary>Completes when there is room.</summary>
    public Task RoomAsync()
    {
        lock (_lock)
            return _full.Count < Capacity ? Task.CompletedTask : _room.Task;
    }

    /// <summary>No reading will come any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _news.TrySetResult();
        }
    }

    /// <summary>Completes when a batch is full, when no reading will come, or when the time is over.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        Task news;
        lock (_lock)
            news = _news.Task;
        if (news.IsCompleted)
            return;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(news, Task.Delay(atMost, time, over.Token));
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Takes all batches, the open one too, and whether that was the end.</summary>
    public (IReadOnlyList<List<NvReading>> Batches, bool Ended) Take()
    {
        lock (_lock)
        {
            Close();
            List<NvReading>[] batches = [.. _full];
            _full.Clear();
            _room.TrySetResult();
            _room = NewSignal();
            if (!_ended)
                _news = NewSignal();
            return (batches, _ended);
        }
    }

    /// <summary>How many readings came so far, how many with data, how many of what is not there, and the slot of the last.</summary>
    public (int Done, int Active, int Absent, int Slot) Tally()
    {
        lock (_lock)
            return (_done, _active, _absent, _slot);
    }

    private void Close()
    {
        if (_open.Count == 0)
            return;
        _full.Enqueue(_open);
        _open = [];
        _openBytes = 0;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
