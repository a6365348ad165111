namespace ImeiAgent.Session;

/// <summary>Whether the bytes of a request reached the port. Only <see cref="No"/> promises that the phone did not act on it.</summary>
public enum Transmission
{
    /// <summary>Not one byte was handed to the port.</summary>
    No,

    /// <summary>The whole frame was handed to the port; the phone may or may not have taken it.</summary>
    Yes,

    /// <summary>A write was begun and did not end well: none, some or all bytes left.</summary>
    Unknown,
}

/// <summary>Why a session ended.</summary>
public enum BreakReason
{
    /// <summary>Its owner disposed it.</summary>
    Closed,

    /// <summary>The port ended the stream or failed: unplugged, reset, switched to another USB mode.</summary>
    PortVanished,

    /// <summary>The port took no bytes for <see cref="SessionOptions.DrainTime"/>.</summary>
    WriteStalled,
}

/// <summary>How a session ended.</summary>
/// <param name="Reason">The first reason; later ones do not replace it.</param>
/// <param name="Detail">What the system said, for people.</param>
public sealed record SessionBreak(BreakReason Reason, string Detail);

/// <summary>A request that got no reply, for a reason that is not the phone's refusal.</summary>
public abstract class SessionException(string message, Transmission sent, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the request reached the port.</summary>
    public Transmission Sent { get; } = sent;
}

/// <summary>The phone did not answer, however often it was asked.</summary>
public sealed class NoReplyException(string key, int sends)
    : SessionException($"no reply to {key} after {sends} {(sends == 1 ? "attempt" : "attempts")}", Transmission.Yes)
{
    /// <summary>How often the request was sent.</summary>
    public int Sends { get; } = sends;
}

/// <summary>The session ended before the reply came, or had ended before the request was made.</summary>
public sealed class SessionBrokenException(SessionBreak sessionBreak, Transmission sent)
    : SessionException($"the session ended ({sessionBreak.Reason}): {sessionBreak.Detail}", sent)
{
    /// <summary>How it ended.</summary>
    public SessionBreak Break { get; } = sessionBreak;
}

/// <summary>The caller took the request back. If it was sent by then, the phone may still act on it.</summary>
public sealed class RequestCanceledException(Transmission sent, CancellationToken token)
    : OperationCanceledException("the request was cancelled", token)
{
    /// <summary>Whether the request reached the port before it was cancelled.</summary>
    public Transmission Sent { get; } = sent;
}
