namespace ImeiAgent.Diag.Messages;

/// <summary>What a phone said to a request: an answer, or a refusal. Both are ordinary; a dump meets thousands of refusals.</summary>
public readonly record struct DiagReply<TResponse>
{
    private readonly TResponse? _answer;

    /// <summary>An answer.</summary>
    public DiagReply(TResponse answer) => _answer = answer;

    /// <summary>A refusal.</summary>
    public DiagReply(RefusalCode refusal) => Refusal = refusal;

    /// <summary>The refusal, or null when the phone answered.</summary>
    public RefusalCode? Refusal { get; }

    /// <summary>Whether the phone answered.</summary>
    public bool IsAnswer => Refusal is null;

    /// <summary>The answer.</summary>
    /// <exception cref="DiagRefusedException">The phone refused.</exception>
    public TResponse Answer => Refusal is { } code ? throw new DiagRefusedException(code) : _answer!;

    /// <summary>The refusal or the answer; never throws, so that it can stand in logs and other records.</summary>
    public override string ToString() => Refusal is { } code ? code.Name() : $"{_answer}";
}

/// <summary>Reads replies in the fixed order: refusal code, echo, length, status.</summary>
public static class DiagReply
{
    /// <inheritdoc cref="Read{TRequest, TResponse}"/>
    public static DiagReply<TResponse> Read<TResponse>(IDiagRequest<TResponse> request, ReadOnlySpan<byte> packet) =>
        Read<IDiagRequest<TResponse>, TResponse>(in request, packet);

    /// <summary>Reads <paramref name="packet"/> as the reply to <paramref name="request"/>, which is not boxed.</summary>
    /// <exception cref="MalformedReplyException">It answers another request, is too short, or contradicts itself.</exception>
    public static DiagReply<TResponse> Read<TRequest, TResponse>(in TRequest request, ReadOnlySpan<byte> packet)
        where TRequest : IDiagRequest<TResponse>
    {
        MalformedReplyException.ThrowIfShort("a reply", packet, 1);
        ReplyKey key = request.ReplyKey;
        if (Refusals.IsRefusal(packet[0]) && !key.Matches(packet))
        {
            return key.AllowsEcho(packet[1..])
                ? new DiagReply<TResponse>((RefusalCode)packet[0])
                : throw new MalformedReplyException("a refusal", 1, $"the echo of {key}", ReplyKey.Describe(packet[1..]));
        }
        return key.Matches(packet)
            ? new DiagReply<TResponse>(request.Read(packet))
            : throw new MalformedReplyException("a reply", 0, key.ToString(), ReplyKey.Describe(packet));
    }
}
