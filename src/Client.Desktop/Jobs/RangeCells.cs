using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Jobs;

/// <summary>
/// The 65,536 items of one SIM as far as a dump has read them: how the phone answered each, and the first bytes of those with data. At most
/// 1.3 MiB. One writes, any number look, each with a version of its own.
/// </summary>
public sealed class RangeCells
{
    /// <summary>Items a phone can have.</summary>
    public const int Count = 65536;

    /// <summary>Items of a row: what is told to a browser at once.</summary>
    public const int Row = 256;

    /// <summary>Bytes that are kept of an item's 128.</summary>
    public const int HeadLength = 16;

    private readonly Lock _gate = new();
    private readonly uint[] _answers = new uint[Count]; // Outcome and, below it, status or refusal; 0 is not read.
    private readonly byte[]?[] _heads = new byte[Count / Row][]; // Of rows that have an item with data.
    private readonly long[] _changes = new long[Count / Row];
    private readonly int[] _counts = new int[CellStates.Count];
    private long _version;

    /// <summary>Nothing was read.</summary>
    public RangeCells() => _counts[(int)CellState.NotRead] = Count;

    /// <summary>Grows with every change.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
                return _version;
        }
    }

    /// <summary>Items by state; the sum is always 65,536.</summary>
    public IReadOnlyList<int> Counts
    {
        get
        {
            lock (_gate)
                return [.. _counts];
        }
    }

    /// <summary>Takes what was read; items of other slots and impossible numbers are left out.</summary>
    /// <param name="items">A batch.</param>
    /// <param name="slot">The SIM slot, from 1.</param>
    public void Take(IReadOnlyList<NvItem> items, uint slot)
    {
        ArgumentNullException.ThrowIfNull(items);
        lock (_gate)
        {
            long next = _version + 1;
            foreach (NvItem item in items)
            {
                if (item.Slot != slot || item.Item >= Count)
                    continue;
                Take(item);
                _changes[item.Item / Row] = _version = next;
            }
        }
    }

    /// <summary>What is known of an item.</summary>
    /// <param name="item">0 to 65535.</param>
    public CellAnswer At(int item)
    {
        lock (_gate)
        {
            uint answer = _answers[item];
            byte[] head = _heads[item / Row] is { } row && StateOf(answer) == CellState.Active
                ? row[(item % Row * HeadLength)..((item % Row + 1) * HeadLength)]
                : [];
            return new CellAnswer(item, (NvOutcome)(answer >> 16), answer & 0xFFFF, head);
        }
    }

    /// <summary>The next item of a state behind <paramref name="item"/>, from the beginning again behind the last; null when there is none.</summary>
    public int? Next(CellState state, int item)
    {
        lock (_gate)
        {
            if (_counts[(int)state] == 0)
                return null;
            int next = item;
            do
                next = (next + 1) % Count;
            while (StateOf(_answers[next]) != state);
            return next;
        }
    }

    /// <summary>The rows that changed since a version, each as its number and 256 states; and the version that they are of.</summary>
    /// <param name="version">What the looker has; 0 for nothing, which gives every row that holds something.</param>
    public (byte[] Rows, long Version) Since(long version)
    {
        lock (_gate)
        {
            byte[] rows = new byte[_changes.Count(change => change > version) * (Row + 1)];
            int at = 0;
            for (int row = 0; row < _changes.Length; row++)
            {
                if (_changes[row] <= version)
                    continue;
                rows[at++] = (byte)row;
                foreach (uint answer in _answers.AsSpan(row * Row, Row))
                    rows[at++] = (byte)StateOf(answer);
            }
            return (rows, _version);
        }
    }

    private void Take(NvItem item)
    {
        int number = (int)item.Item, row = number / Row;
        uint code = item.Outcome switch { NvOutcome.Answered => item.Status, NvOutcome.Refused => item.Refusal, _ => 0 };
        uint answer = (uint)item.Outcome << 16 | Math.Min(code, 0xFFFF);
        CellState state = StateOf(answer);
        _counts[(int)StateOf(_answers[number])]--;
        _counts[(int)state]++;
        _answers[number] = answer;
        if (state != CellState.Active)
            return;
        Span<byte> head = (_heads[row] ??= new byte[Row * HeadLength]).AsSpan(number % Row * HeadLength, HeadLength);
        head.Clear();
        ReadOnlySpan<byte> data = item.Data.Span;
        data[..Math.Min(data.Length, HeadLength)].CopyTo(head);
    }

    private static CellState StateOf(uint answer) => CellStates.Of((NvOutcome)(answer >> 16), answer & 0xFFFF);
}

/// <summary>How a phone answered the read of an item.</summary>
/// <param name="Item">0 to 65535.</param>
/// <param name="Outcome">Unspecified when it was not read.</param>
/// <param name="Code">NV status or refusal.</param>
/// <param name="Head">The first 16 bytes when it has data; else empty.</param>
public sealed record CellAnswer(int Item, NvOutcome Outcome, uint Code, IReadOnlyList<byte> Head)
{
    /// <summary>As the picture shows it.</summary>
    public CellState State => CellStates.Of(Outcome, Code);

    /// <summary>The phone's own answer, as in "not active" or "refused: BAD_PARM".</summary>
    public string Text => State switch
    {
        CellState.NotRead or CellState.Active or CellState.Skipped => CellStates.Text(State),
        _ => Words.For(new NvItem { Outcome = Outcome, Status = Code, Refusal = Code }),
    };
}
