using System.Runtime.InteropServices;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>
/// Remembers requests that were given up while the phone may still answer them. Part of <see cref="RequestLine"/>, which says why.
/// </summary>
internal sealed class Tombstones
{
    /// <summary>The most second replies to wait for; then the oldest is forgotten, which many later replies have overtaken.</summary>
    private const int MostSpares = 256;

    private readonly List<Tombstone> _stones = [];
    private int _held;
    private int _spares;

    public bool IsEmpty => _stones.Count == 0;

    /// <summary>A request that was given up; nothing when no reply to it may come.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="heldUntil">Until when it keeps its place in the window; 0 when it does not.</param>
    /// <param name="until">Until when it keeps its key.</param>
    public void Add(Exchange exchange, long heldUntil, long until)
    {
        if (exchange.Owed == 0)
            return;
        _stones.Add(new Tombstone(exchange.Key, exchange.Order, !exchange.IsIdempotent, IsSpare: false, until)
        {
            Owed = exchange.Owed,
            HeldUntil = heldUntil,
        });
        _held += heldUntil != 0 ? 1 : 0;
    }

    /// <summary>A request that was answered, and may be again because it was sent again.</summary>
    public void AddSpare(Exchange exchange, long until)
    {
        if (_spares == MostSpares)
            RemoveAt(_stones.FindIndex(static stone => stone.IsSpare));
        _stones.Add(new Tombstone(exchange.Key, exchange.Order, Alone: false, IsSpare: true, until) { Owed = exchange.Owed });
        _spares++;
    }

    /// <summary>Forgets second replies: none can come any more.</summary>
    public void DropSpares()
    {
        _stones.RemoveAll(static stone => stone.IsSpare);
        _spares = 0;
    }

    public void Clear()
    {
        _stones.Clear();
        _held = _spares = 0;
    }

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
        alone = false;
        if (_held > 0)
            foreach (ref readonly Tombstone stone in All)
                alone |= stone.HeldUntil != 0 && stone.Alone;
        return _held;
    }

    /// <summary>
    /// How many a refusal with such an echo can be for as well as for one that was first sent as number <paramref name="after"/>: those in the
    /// window, and those sent later.
    /// </summary>
    public int Rivals(ReadOnlySpan<byte> echo, long after)
    {
        int rivals = 0;
        foreach (ref readonly Tombstone stone in All)
            if ((stone.HeldUntil != 0 || stone.Order > after) && stone.Key.AllowsEcho(echo))
                rivals++;
        return rivals;
    }

    /// <summary>Takes a packet that answers one of them; <paramref name="isSpare"/> when it had been answered before.</summary>
    public bool TakeReply(ReadOnlySpan<byte> packet, out bool isSpare)
    {
        isSpare = false;
        for (int i = 0; i < _stones.Count; i++)
            if (All[i].Key.Matches(packet))
            {
                isSpare = All[i].IsSpare;
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
        for (int i = _stones.Count - 1; i >= 0; i--)
        {
            if (All[i].HeldUntil <= now)
                LetPlaceGo(ref All[i]);
            if (All[i].Until <= now)
                RemoveAt(i);
        }
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
        LetPlaceGo(ref stone);
        if (--stone.Owed == 0)
            RemoveAt(index);
    }

    private void LetPlaceGo(ref Tombstone stone)
    {
        if (stone.HeldUntil == 0)
            return;
        stone.HeldUntil = 0;
        _held--;
    }

    private void RemoveAt(int index)
    {
        _spares -= _stones[index].IsSpare ? 1 : 0;
        _held -= _stones[index].HeldUntil != 0 ? 1 : 0;
        _stones.RemoveAt(index);
    }

    private record struct Tombstone(ReplyKey Key, long Order, bool Alone, bool IsSpare, long Until)
    {
        public int Owed;
        public long HeldUntil;
    }
}
