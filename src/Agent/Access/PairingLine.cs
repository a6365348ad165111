using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// An invitation as one line: "imei1:" and, in base64url, a JSON object with v (1), a (addresses), f (the authority's fingerprint), i (id),
/// s (secret, base64url), e (expiry, seconds since 1970), r (role) and n (name).
/// </summary>
internal static class PairingLine
{
    public static string Of(Invitation invitation, string fingerprint, IEnumerable<string> addresses)
    {
        var line = new JsonObject
        {
            ["v"] = 1,
            ["a"] = new JsonArray([.. addresses.Select(a => JsonValue.Create(a))]),
            ["f"] = fingerprint,
            ["i"] = invitation.Id,
            ["s"] = Base64Url.EncodeToString(invitation.Secret),
            ["e"] = invitation.ExpiresAt.ToUnixTimeSeconds(),
            ["r"] = Refusals.Name(invitation.Role),
            ["n"] = invitation.Name,
        };
        return $"imei1:{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(line))}";
    }
}
