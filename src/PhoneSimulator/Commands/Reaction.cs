using ImeiAgent.Diag.Messages;

namespace ImeiAgent.PhoneSimulator.Commands;

/// <summary>What happens to the port after a request was served.</summary>
internal enum Aftermath
{
    None,
    /// <summary>The phone restarts: the port vanishes and comes back.</summary>
    Restart,
    /// <summary>The phone restarts at once, without sending anything more.</summary>
    Crash,
    /// <summary>Switched off: the port vanishes and stays away.</summary>
    PowerOff,
    /// <summary>Power is gone at once; a standalone simulator kills its own process.</summary>
    PowerLoss,
    /// <summary>The cable is pulled at once; the phone stays on.</summary>
    Unplug,
}

/// <summary>What a phone does about a request: the length of its reply packet (0: silence) and what follows.</summary>
internal readonly record struct Reaction(int Length, Aftermath After = Aftermath.None)
{
    public static readonly Reaction Silence = new(0);

    /// <summary>The refusal with the whole request behind it, as kernels and diag-router send it.</summary>
    public static Reaction Refuse(RefusalCode code, ReadOnlySpan<byte> request, Span<byte> reply)
    {
        reply[0] = (byte)code;
        request.CopyTo(reply[1..]);
        return new Reaction(1 + request.Length);
    }

    /// <summary>The refusal with the first 16 bytes of the request, padded with zeros: 17 in all.</summary>
    public static Reaction RefuseShort(RefusalCode code, ReadOnlySpan<byte> request, Span<byte> reply)
    {
        reply[..17].Clear();
        reply[0] = (byte)code;
        request[..Math.Min(16, request.Length)].CopyTo(reply[1..]);
        return new Reaction(17);
    }

    /// <summary>The reply as given.</summary>
    public static Reaction Answer(ReadOnlySpan<byte> packet, Span<byte> reply)
    {
        packet.CopyTo(reply);
        return new Reaction(packet.Length);
    }
}
