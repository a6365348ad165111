namespace ImeiAgent.Diag.Messages;

/// <summary>
/// A request and the way to read its reply. Implementations are <c>readonly record struct</c>s that hold values and send nothing.
/// </summary>
/// <typeparam name="TResponse">What the reply means.</typeparam>
public interface IDiagRequest<TResponse>
{
    /// <summary>What a reply to this request begins with.</summary>
    ReplyKey ReplyKey { get; }

    /// <summary>Whether sending it twice does the same as once. Only such a request is ever sent again after a lost reply.</summary>
    bool IsIdempotent { get; }

    /// <summary>The length of the request packet in bytes, at most; without check and escapes.</summary>
    int MaxLength { get; }

    /// <summary>Writes the request packet and returns its length in bytes.</summary>
    int Write(Span<byte> destination);

    /// <summary>
    /// Reads the fields of a reply that <see cref="ReplyKey"/> matches. A status such as "not active" is part of the value.
    /// </summary>
    /// <exception cref="MalformedReplyException">The reply is shorter than its fields or contradicts itself.</exception>
    TResponse Read(ReadOnlySpan<byte> packet);
}
