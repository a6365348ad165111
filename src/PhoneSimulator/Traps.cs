using System.Buffers.Binary;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.PhoneSimulator;

/// <summary>
/// A reply that a test keeps back. The request was served (a write is stored) when <see cref="Reached"/> completes; the reply is sent
/// at <see cref="Release"/>. Replies to later requests overtake it.
/// </summary>
public sealed class HeldReply(bool overtaken)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Action? _send;
    private bool _released;

    /// <summary>Completes when the request was served and its reply is being kept back.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Sends the reply now, or at once when it is reached later.</summary>
    public void Release()
    {
        Action? send;
        lock (_gate)
        {
            _released = true;
            send = _send;
            _send = null;
        }
        send?.Invoke();
    }

    /// <summary>Whether replies behind this one must wait: a phone answers in the order it was asked.</summary>
    internal bool HoldsUp
    {
        get
        {
            lock (_gate)
                return !_released && !overtaken;
        }
    }

    internal void Keep(Action send)
    {
        lock (_gate)
        {
            if (!_released)
            {
                _send += send;
                send = static () => { };
            }
        }
        send();
        _reached.TrySetResult();
    }
}

/// <summary>Chosen replies to be kept back or lost, for tests that need one exact misfortune.</summary>
public sealed class Traps
{
    private sealed record Trap(byte Code, int? Item, HeldReply? Hold)
    {
        public int Left { get; set; } = 1;
    }

    private readonly Lock _gate = new();
    private readonly List<Trap> _traps = [];
    private volatile bool _any;

    /// <summary>Keeps back the reply to the next request of <paramref name="code"/>, for NV requests only of <paramref name="item"/> where given; and all replies behind it.</summary>
    /// <param name="code">First byte of the request.</param>
    /// <param name="item">NV item; null for any.</param>
    /// <param name="overtaken">Let the replies behind it pass, as a phone does that answers out of order.</param>
    public HeldReply HoldReply(byte code, int? item = null, bool overtaken = false)
    {
        var hold = new HeldReply(overtaken);
        Set(new Trap(code, item, hold));
        return hold;
    }

    /// <summary>Serves the next <paramref name="count"/> requests of <paramref name="code"/> (and NV <paramref name="item"/>) and loses their replies.</summary>
    public void DropReply(byte code, int? item = null, int count = 1) => Set(new Trap(code, item, null) { Left = count });

    internal bool Any => _any;

    /// <summary>Whether the reply to <paramref name="request"/> is caught; <paramref name="hold"/> is null when it is to be lost.</summary>
    internal bool Catch(ReadOnlySpan<byte> request, out HeldReply? hold)
    {
        lock (_gate)
        {
            for (int i = 0; i < _traps.Count; i++)
            {
                Trap trap = _traps[i];
                if (trap.Code != request[0] || (trap.Item is { } item && item != ItemOf(request)))
                    continue;
                if (--trap.Left == 0)
                    _traps.RemoveAt(i);
                _any = _traps.Count > 0;
                hold = trap.Hold;
                return true;
            }
        }
        hold = null;
        return false;
    }

    private void Set(Trap trap)
    {
        lock (_gate)
        {
            _traps.Add(trap);
            _any = true;
        }
    }

    private static int? ItemOf(ReadOnlySpan<byte> request) => request[0] switch
    {
        DiagCode.NvRead or DiagCode.NvWrite when request.Length >= 3 => BinaryPrimitives.ReadUInt16LittleEndian(request[1..]),
        DiagCode.Subsystem when request.Length >= 6 && request[1] == DiagCode.NvSubsystem => BinaryPrimitives.ReadUInt16LittleEndian(request[4..]),
        _ => null,
    };
}
