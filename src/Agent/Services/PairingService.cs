using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Brings clients of other machines in.</summary>
internal sealed class PairingService(PairingDesk pairing, Authority authority) : V1.PairingService.PairingServiceBase
{
    public override Task<CreatePairingResponse> CreatePairing(CreatePairingRequest request, ServerCallContext context)
    {
        InvitationLine made = pairing.Invite(request.Name, request.Role, context.Caller());
        return Task.FromResult(new CreatePairingResponse
        {
            Line = made.Line,
            ExpireTime = made.ExpiresAt.ToTimestamp(),
            CaFingerprint = authority.Fingerprint,
            Addresses = { made.Addresses },
        });
    }

    public override Task<EnrollResponse> Enroll(EnrollRequest request, ServerCallContext context)
    {
        var (client, certificate, ca) = pairing.Enroll(
            request.Pairing, request.SigningRequest.ToByteArray(), request.Proof.ToByteArray(), TlsListener.ServerOf(context.GetHttpContext()), context.Caller());
        return Task.FromResult(new EnrollResponse
        {
            Certificate = ByteString.CopyFrom(certificate.RawData),
            CaCertificate = ByteString.CopyFrom(ca),
            Name = client.Name,
            Role = (Role)client.Role,
            ExpireTime = client.ExpiresAt.ToTimestamp(),
        });
    }

    public override Task<RenewCertificateResponse> RenewCertificate(RenewCertificateRequest request, ServerCallContext context)
    {
        var (client, certificate) = pairing.Renew(
            request.SigningRequest.ToByteArray(), context.GetHttpContext().Connection.ClientCertificate, context.Caller());
        return Task.FromResult(new RenewCertificateResponse { Certificate = ByteString.CopyFrom(certificate.RawData), ExpireTime = client.ExpiresAt.ToTimestamp() });
    }
}
