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

    public static OperationException Revoked() =>
        new(OperationError.ClientRevoked, "This client's pairing was revoked, or the agent does not know it. Ask the agent's owner for a new invitation, then: imei context add NAME LINE");

    public static OperationException Pairing() =>
        new(OperationError.PairingRefused, "The invitation is not good: it was used, it expired (10 minutes), the agent was restarted, or it is of another agent. Ask for a new one: imei-agent pair");

    public static OperationException ClientNotFound(string asked) =>
        new(OperationError.ClientNotFound, $"No client is called \"{asked}\". imei-agent clients list shows them.");

    public static OperationException NameTaken(string name) =>
        Field("name", $"{name}: choose another, or revoke the other client first (imei-agent clients revoke).");

    public static OperationException Field(string field, string what) =>
        new(OperationError.ArgumentInvalid, $"{field}: {what}") { Fields = new Dictionary<string, string> { ["field"] = field } };

    public static OperationException NotListening() => new(OperationError.ArgumentInvalid,
        "The agent listens on its own machine only, so nobody could use an invitation. Start it with --listen HOST:PORT too, as in --listen *:7443.");

    public static OperationException NoAddress() => new(OperationError.ArgumentInvalid,
        "This machine has no address that others could reach. Connect it to a network, or start the agent with --listen and the address that they know.");

    public static OperationException TooMany() =>
        new(OperationError.LimitExceeded, "Too many calls of this client are open. End some, or wait for their end.") { RetryAfter = TimeSpan.FromSeconds(1) };

    public static OperationException TooFast(TimeSpan after) =>
        new(OperationError.LimitExceeded, $"This client calls too fast. Try again in {Math.Max(1, after.TotalSeconds):0} s.") { RetryAfter = after };

    public static OperationException TooManyTransfers(TimeSpan after) =>
        new(OperationError.LimitExceeded, "Too many files are sent or taken at once. Try again when one of them has ended.") { RetryAfter = after };

    public static OperationException TooSlow() =>
        new(OperationError.LimitExceeded, "The file came or went too slowly, so it was given up: nothing was kept of it.");

    public static OperationException Vault(Vault.VaultUnavailableException e) =>
        new(OperationError.VaultUnavailable, $"Nothing was changed: {e.Message}", e);

    /// <summary>A role in small letters, as people type it.</summary>
    public static string Name(Role role) => role.ToString().ToLowerInvariant();
}
