using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli;

// What to do about a refusal that the agent's sentence explains but cannot mend. For a person; a script has the reason.
internal static class Advice
{
    public static string? For(AgentException fault) => fault.Code switch
    {
        ErrorReason.CertificateRequired or ErrorReason.ClientRevoked =>
            "Ask the agent's owner for a new line (there: imei-agent pair), then: imei context remove NAME, imei context add NAME -",
        ErrorReason.PairingRefused =>
            "A line works once and for 10 minutes. Ask the agent's owner for a new one (there: imei-agent pair).",
        ErrorReason.RoleInsufficient =>
            $"Your role {(fault.Metadata.TryGetValue("role", out string? role) ? $"is {role}" : "does not allow it")}"
            + $"{(fault.Metadata.TryGetValue("needed", out string? needed) ? $", and it takes {needed}" : "")}. An owner pairs you anew with another role.",
        ErrorReason.LocalOnly => "Log in on the agent's machine and do it there.",
        ErrorReason.LeaseRequired => "Take the lease first: imei lease acquire -d PHONE --purpose \"what for\", then --lease N. (imei restore does it by itself.)",
        ErrorReason.LeaseSuperseded => "Nothing was sent with the old lease. Who has the phone now: imei lease list",
        ErrorReason.SecondPersonRequired => "Somebody else with the role of supervisor approves it: imei approvals grant REQUEST_ID --reason \"why\"",
        ErrorReason.LimitExceeded => "Close other programs that use this context, or ask again in a moment.",
        ErrorReason.ClientNotFound => "Which there are: imei-agent clients list",
        _ => null,
    };
}
