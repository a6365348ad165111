using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>What a phone said, and how long it took to say it.</summary>
/// <param name="Reply">An answer or a refusal.</param>
/// <param name="Took">From the beginning of the last write of the request to its reply, by the session's clock.</param>
public readonly record struct TimedReply<T>(DiagReply<T> Reply, TimeSpan Took);
