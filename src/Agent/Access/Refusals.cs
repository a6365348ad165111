using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Access;

/// <summary>The texts of what this room refuses.</summary>
internal static class Refusals
{
    public static OperationException Role(Role has, Role needed) => needed == V1.Role.Unspecified
        ? new(OperationError.RoleInsufficient, "Nobody may make this call.")
        : new(OperationError.RoleInsufficient,
            $"This takes the role {Name(needed)}, and you have {Name(has)}. Ask the agent's owner for an invitation with that role: imei-agent pair --role {Name(needed)}")
        {
            Fields = new Dictionary<string, string> { ["role"] = Name(has), ["needed"] = Name(needed) },
        };

    public static OperationException NoCertificate() =>
        new(OperationError.CertificateRequired, "This agent takes calls of paired clients only. Ask its owner for an invitation (imei-agent pair), then: imei context add NAME LINE");

    public static OperationException LocalOnly() =>
        new(OperationError.LocalOnly, "This is done on the agent's own machine only.");

    /// <summary>A role in small letters, as people type it.</summary>
    public static string Name(Role role) => role.ToString().ToLowerInvariant();
}
