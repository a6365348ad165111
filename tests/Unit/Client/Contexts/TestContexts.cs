using ImeiAgent.Client.Contexts;
using ImeiAgent.V1;

namespace ImeiAgent.Unit.Client.Contexts;

// Contexts that look right and lead nowhere.
internal static class TestContexts
{
    public static AgentContext Make(string name) => new()
    {
        Name = name,
        Id = ClientKey.NewId(),
        Addresses = ["192.0.2.7:7443", "[2001:db8::7]:7443"],
        CaFingerprint = new string('0', 64),
        CaCertificate = new byte[] { 1 },
        Certificate = new byte[] { 2 },
        NotBefore = DateTimeOffset.UnixEpoch,
        NotAfter = DateTimeOffset.UnixEpoch.AddDays(90),
        KeyId = ClientKey.NewId(),
        Client = "bench-3",
        Role = Role.Technician,
    };
}
