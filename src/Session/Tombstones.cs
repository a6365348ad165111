using System.Runtime.InteropServices;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>
/// Remembers requests that were given up while the phone may still answer them. Part of <see cref="RequestLine"/>, which says why.
/// </summary>
internal sealed class Tombstones
{
    private readonly List<Tombstone> _stones = [];

    public bool IsEmpty => _stones.Count == 0;

    /// <param name="exchange">The request.</param>
    /// <param name="owed">How many replies may still come, 1 or more.</param>
    /// <param name="heldUntil">Until when it keeps its place in the window; 0 when it does not.</param>
    /// <param name="until">Until when it keeps its key.</param>
    public void Add(Exchange exchange, int owed, long heldUntil, long until) =>
        _stones.Add(new Tombstone(exchange.Key, exchange.Order, !exchange.IsIdempotent, until) { Owed = owed, HeldUntil = heldUntil });

    public void Clear() => _stones.Clear();

    public bool Blocks(ReplyKey key)
    {
        foreach (ref readonly Tombstone stone in All)
            if (stone.Key == key)
                return true;
        return false;
    }

    /// <summary>How many keep a place in the window, and whether one of them was of a request that goes alone.</summary>
    public int Held(out bool alone)
    {
        int held = 0;
        alone = false;
        foreach (ref readonly Tombstone stone in All)
        {
            if (stone.HeldUntil == 0)
                continue;
            held++;
            alone |= stone.Alone;
        }
        return held;
    }

    /// <summary>Takes a packet that answers one of them.</summary>
    public bool TakeReply(ReadOnlySpan<byte> packet)
    {
        for (int i = 0; i < _stones.Count; i++)
            if (_stones[i].Key.Matches(packet))
            {
                TakeOneReply(i);
                return true;
            }
        return false;
    }

    /// <summary>Takes a refusal whose echo fits the oldest of them, if it was first sent before number <paramref name="before"/>.</summary>
    public bool TakeRefusal(ReadOnlySpan<byte> echo, long before)
    {
        int oldest = -1;
        for (int i = 0; i < _stones.Count; i++)
            if (_stones[i].Order < before && _stones[i].Key.AllowsEcho(echo))
            {
                oldest = i;
                before = _stones[i].Order;
            }
        if (oldest < 0)
            return false;
        TakeOneReply(oldest);
        return true;
    }

    public void Expire(long now)
    {
        _stones.RemoveAll(stone => stone.Until <= now);
        foreach (ref Tombstone stone in All)
            if (stone.HeldUntil <= now)
                stone.HeldUntil = 0;
    }

    /// <summary>When <see cref="Expire"/> has something to do next; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadline()
    {
        long next = long.MaxValue;
        foreach (ref readonly Tombstone stone in All)
            next = Math.Min(next, stone.HeldUntil != 0 ? stone.HeldUntil : stone.Until);
        return next;
    }

    private Span<Tombstone> All => CollectionsMarshal.AsSpan(_stones);

    private void TakeOneReply(int index)
    {
        ref Tombstone stone = ref All[index];
        stone.HeldUntil = 0;
        if (--stone.Owed == 0)
            _stones.RemoveAt(index);
    }

    private record struct Tombstone(ReplyKey Key, long Order, bool Alone, long Until)
    {
        public int Owed;
        public long HeldUntil;
    }
}
