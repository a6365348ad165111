using System.Buffers;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// Between the one that reads the phone and the vault: readings come one by one, are laid down as records in pooled buffers, and leave in
/// batches that are on the disk before anyone is told. Bounded: when the disk falls behind, the reader waits. Watchers do not appear
/// here at all: they read what is on the disk, and a few of the newest batches from memory while somebody wants items.
/// </summary>
internal sealed class Spool
{
    // 32 KiB of the contract's messages: about 140 bytes for an item with data, 12 for one without.
    private const int BatchBytes = 32 * 1024;
    private const int ActiveBytes = 140;
    private const int InactiveBytes = 12;

    /// <summary>Batches that wait for the disk, at most: 2 MiB of buffers.</summary>
    private const int MostWaiting = 32;

    // A commit waits for the disk, so several batches share one while the phone is fast.
    private const int UrgentFrom = 4;

    /// <summary>Newest batches kept in memory, at most: 512 KiB.</summary>
    private const int MostRecent = 16;

    private static readonly TimeSpan s_longestBatch = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly VaultFile _vault;
    private readonly long _id;
    private readonly TimeProvider _time;
    private readonly Pulse _news;
    private readonly DumpMeter _meter;
    private readonly List<Waiting> _waiting = [];
    private readonly Queue<SpooledBatch> _recent = new(MostRecent);
    private readonly Pulse _room = new();
    private TaskCompletionSource _work = NewSignal();
    private TaskCompletionSource _urgent = NewSignal();
    private byte[] _open = ArrayPool<byte>.Shared.Rent(BatchBytes + Records.MaxLength);
    private int _openLength, _openWeight;
    private JobTally _read, _durable;
    private long _sequence;
    private TimeSpan _readingBefore;
    private long _readingSince;
    private int _itemWatchers;
    private bool _ended;
    private OperationException? _fault;

    private readonly record struct Waiting(byte[] Buffer, int Length, JobTally Tally);

    /// <summary>Goes on where the row stands.</summary>
    /// <param name="vault">Where batches go.</param>
    /// <param name="row">The job.</param>
    /// <param name="news">Beats whenever batches got on the disk.</param>
    /// <param name="time">The clock.</param>
    public Spool(VaultFile vault, JobRow row, Pulse news, TimeProvider time)
    {
        (_vault, _id, _news, _time) = (vault, row.Id, news, time);
        (_read, _durable, _sequence, _readingBefore) = (row.Tally, row.Tally, row.LastSequence, row.Reading);
        _meter = new DumpMeter(time);
        Writing = Task.Run(WriteAsync);
    }

    /// <summary>Completes when everything that was added is on the disk after <see cref="End"/>, or the vault failed.</summary>
    public Task Writing { get; }

    /// <summary>How many items of the plan were added, those of earlier runs included.</summary>
    public int Position
    {
        get
        {
            lock (_lock)
                return _read.Done;
        }
    }

    /// <summary>Lays a reading down.</summary>
    /// <returns>False when the disk is behind: then wait for <see cref="RoomAsync"/> before the next.</returns>
    /// <exception cref="OperationException">The vault failed; nothing more is taken.</exception>
    public bool Add(in NvReading reading)
    {
        lock (_lock)
        {
            if (_fault is not null)
                throw _fault;
            _read = new JobTally(
                _read.Done + 1,
                _read.Active + (reading.IsActive ? 1 : 0),
                _read.Absent + (reading.IsAbsent ? 1 : 0),
                _read.Skipped + (reading.IsSkipped ? 1 : 0));
            if (_openLength == 0)
                _work.TrySetResult();
            _openLength += Records.Write(_open.AsSpan(_openLength), reading);
            _openWeight += reading.IsActive ? ActiveBytes : InactiveBytes;
            if (_openWeight >= BatchBytes)
                Close();
            if (_waiting.Count >= UrgentFrom)
                _urgent.TrySetResult();
            return _waiting.Count < MostWaiting;
        }
    }

    /// <summary>Completes when there is room, or the vault failed.</summary>
    public async Task RoomAsync(CancellationToken ct)
    {
        while (true)
        {
            Task next = _room.Next;
            lock (_lock)
                if (_waiting.Count < MostWaiting || _fault is not null)
                    return;
            await next.WaitAsync(ct);
        }
    }

    /// <summary>The phone is being read from now on.</summary>
    public void ReadingBegins()
    {
        lock (_lock)
        {
            _readingSince = _time.GetTimestamp();
            _meter.Restart(_durable.Done);
        }
    }

    /// <summary>The phone is not being read any more.</summary>
    public void ReadingEnds()
    {
        lock (_lock)
        {
            _readingBefore = Reading;
            _readingSince = 0;
            _meter.Stop();
        }
    }

    /// <summary>Nothing will be added any more: what is open goes to the disk.</summary>
    public void End()
    {
        lock (_lock)
            _ended = true;
        _work.TrySetResult();
        _urgent.TrySetResult();
    }

    /// <summary>What is on the disk: last batch, counts, time spent reading, items per second.</summary>
    public (long Sequence, JobTally Tally, TimeSpan Reading, double Rate) Durable
    {
        get
        {
            lock (_lock)
                return (_sequence, _durable, Reading, _meter.Rate(_durable.Done));
        }
    }

    /// <summary>Why the vault takes nothing any more; null while it does.</summary>
    public OperationException? Fault
    {
        get
        {
            lock (_lock)
                return _fault;
        }
    }

    /// <summary>A batch that is still in memory, else null: then it is in the vault.</summary>
    public SpooledBatch? Recent(long sequence)
    {
        lock (_lock)
        {
            foreach (SpooledBatch batch in _recent)
                if (batch.Sequence == sequence)
                    return batch;
            return null;
        }
    }

    /// <summary>Somebody wants items from now on (1), or no more (-1).</summary>
    public void CountItemWatchers(int change)
    {
        lock (_lock)
        {
            _itemWatchers += change;
            if (_itemWatchers == 0)
                _recent.Clear();
        }
    }

    private TimeSpan Reading => _readingSince == 0 ? _readingBefore : _readingBefore + _time.GetElapsedTime(_readingSince);

    private async Task WriteAsync()
    {
        while (true)
        {
            await _work.Task;
            // While the phone is slow a batch is what came in 100 ms; while it is fast, several full batches go together.
            using (var enough = new CancellationTokenSource())
            {
                await Task.WhenAny(_urgent.Task, Task.Delay(s_longestBatch, _time, enough.Token));
                await enough.CancelAsync();
            }
            (Waiting[] batches, TimeSpan reading, bool last) = Take();
            if (batches.Length > 0 && !Keep(batches, reading))
                return;
            if (last)
                return;
        }
    }

    private (Waiting[] Batches, TimeSpan Reading, bool Last) Take()
    {
        lock (_lock)
        {
            Close();
            Waiting[] batches = [.. _waiting];
            if (!_ended)
            {
                _work = NewSignal();
                _urgent = NewSignal();
            }
            return (batches, Reading, _ended);
        }
    }

    /// <summary>Brings batches to the disk and then tells; false when the vault failed.</summary>
    private bool Keep(Waiting[] batches, TimeSpan reading)
    {
        OperationException? fault = null;
        try
        {
            _vault.Jobs.Append(_id, _sequence + 1, [.. batches.Select(b => (ReadOnlyMemory<byte>)b.Buffer.AsMemory(0, b.Length))], batches[^1].Tally, reading);
        }
        catch (VaultUnavailableException e)
        {
            fault = Faults.DumpNotKept(e);
        }
        catch (Exception e)
        {
            fault = new OperationException(OperationError.Internal, "What was read could not be kept because of a fault of the agent; its log has more.", e);
        }
        lock (_lock)
        {
            _fault = fault;
            if (fault is null)
                Publish(batches);
            _waiting.RemoveRange(0, batches.Length);
        }
        foreach (Waiting batch in batches)
            ArrayPool<byte>.Shared.Return(batch.Buffer);
        _room.Beat();
        _news.Beat();
        return fault is null;
    }

    private void Publish(Waiting[] batches)
    {
        foreach (Waiting batch in batches)
        {
            _sequence++;
            if (_itemWatchers == 0)
                continue;
            if (_recent.Count == MostRecent)
                _recent.Dequeue();
            _recent.Enqueue(new SpooledBatch(_sequence, batch.Buffer.AsSpan(0, batch.Length).ToArray()));
        }
        _durable = batches[^1].Tally;
        _meter.Count(_durable.Done);
    }

    private void Close()
    {
        if (_openLength == 0)
            return;
        _waiting.Add(new Waiting(_open, _openLength, _read));
        _open = ArrayPool<byte>.Shared.Rent(BatchBytes + Records.MaxLength);
        (_openLength, _openWeight) = (0, 0);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
