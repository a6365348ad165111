using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>A call to an agent failed. Carries what google.rpc.Status and its ErrorInfo told.</summary>
public sealed class AgentException : Exception
{
    /// <summary>Reason made by the client: nobody listens at the endpoint, so the call was not made.</summary>
    public const string AgentUnreachable = "AGENT_UNREACHABLE";

    /// <summary>Reason made by the client: what answers is not the agent that was paired, so nothing was sent.</summary>
    public const string AgentNotTrusted = "AGENT_NOT_TRUSTED";

    /// <summary>Reason made by the client: its certificate expired, so the call was not made.</summary>
    public const string CertificateExpired = "CERTIFICATE_EXPIRED";

    /// <summary>Reason made by the client: the connection broke or went silent; whether the call took effect is not known.</summary>
    public const string ConnectionLost = "CONNECTION_LOST";

    /// <summary>Reason made by the client: a restore was sent and its receipt could not be obtained.</summary>
    public const string OutcomeNotLearnt = "OUTCOME_NOT_LEARNT";

    /// <summary>Reason made by the client: a status without ErrorInfo, as a method that this agent does not know.</summary>
    public const string Unexplained = "UNEXPLAINED";

    /// <summary>ErrorInfo domain of the reasons that the agent gives.</summary>
    public const string AgentDomain = "imeiagent";

    /// <summary>ErrorInfo domain of the reasons that are made by the client.</summary>
    public const string ClientDomain = "imeiagent.client";

    internal AgentException(
        string domain, string reason, string message, StatusCode statusCode, IReadOnlyDictionary<string, string> metadata, Exception? inner)
        : base(message, inner)
    {
        Domain = domain;
        Reason = reason;
        StatusCode = statusCode;
        Metadata = metadata;
    }

    /// <summary>An agent that was given up on; the call had no effect.</summary>
    public static AgentException NoAnswer(AgentEndpoint endpoint, TimeSpan limit) =>
        new(ClientDomain, AgentUnreachable, $"The agent at {endpoint} did not answer in {limit.TotalSeconds:0} s.", StatusCode.DeadlineExceeded, new Dictionary<string, string>(), null);

    /// <summary>Whose reason it is: <see cref="AgentDomain"/> or <see cref="ClientDomain"/>.</summary>
    public string Domain { get; }

    /// <summary>Stable reason in upper snake case: a name of <see cref="ErrorReason"/> without its prefix, or one of the constants here.</summary>
    public string Reason { get; }

    /// <summary>The gRPC status code.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>Further fields of the ErrorInfo, as "candidates", "phone_answer" or "field"; never null.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Whether a question may be asked again in a while: the connection broke, nobody is there, the agent is ending or has no place for one more call.</summary>
    public bool IsPassing => Outage.IsOne(this) || Code == ErrorReason.LimitExceeded;

    /// <summary>The contract's reason; <see cref="ErrorReason.Unspecified"/> for the client's own and for those of a newer agent.</summary>
    public ErrorReason Code => Domain == AgentDomain ? ReasonNames.Find(Reason) : ErrorReason.Unspecified;
}
