using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>A lease was lost while it was needed. Its message says how, and by whom.</summary>
public sealed class LeaseLostException : Exception
{
    internal LeaseLostException(WatchLeaseResponse news)
        : base(Words.Ended(news)) => News = news;

    internal LeaseLostException(AgentException fault)
        : base(fault.Message, fault) => Fault = fault;

    /// <summary>What the agent told of its end; null when the watch itself failed.</summary>
    public WatchLeaseResponse? News { get; }

    /// <summary>Why nothing is known of it any more; null when the agent told its end.</summary>
    public AgentException? Fault { get; }
}
