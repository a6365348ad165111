using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>What the spans of client and agent hold, of every source there is in this process: no number, no code, no secret.</summary>
public sealed class TraceSecretsTests
{
    private const string Label = "356938035643809", LabelHex = "083A65390853468390", Spc = "613908", WrongSpc = "740551";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spans_of_a_pairing_and_of_restores_hold_nothing_secret()
    {
        using var spans = new SpanRecorder(toAll: true);

        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-spc-locked");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        Invited invited = await station.InviteAsync("bench-9", Role.Viewer);
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Technician);
        Grpc.Net.Client.GrpcChannel channel = station.Connect(certificate);
        Assert.Equal("SPC_REQUIRED", await StationUnderTest.ReasonAsync(() => RestoreAsync("")));
        Assert.Equal("SPC_REFUSED", await StationUnderTest.ReasonAsync(() => RestoreAsync(WrongSpc)));
        Assert.Equal("", await StationUnderTest.ReasonAsync(() => RestoreAsync(Spc)));

        string[] told = [.. spans.All.Select(SpanRecorder.Text)];
        Assert.Contains(told, span => span.Contains("/imeiagent.v1.ImeiService/WriteImei", StringComparison.Ordinal));
        string key = certificate.GetECDsaPrivateKey() is { } own ? Convert.ToBase64String(own.ExportPkcs8PrivateKey())[48..68] : "";
        foreach (string secret in (string[])[Label, Label[..14], LabelHex, Spc, WrongSpc, Convert.ToHexString(invited.Secret), Convert.ToBase64String(invited.Secret)[..20], key])
            Assert.DoesNotContain(told, span => span.Contains(secret, StringComparison.OrdinalIgnoreCase));

        async Task RestoreAsync(string spc)
        {
            WriteImeiRequest request = await AgentUnderTest.LeasedAsync(channel, new WriteImeiRequest
            {
                Device = phone.Host.Path,
                Label = Label,
                Reason = $"ticket 4711 of {Label}",
                Evidence = "photo 1",
                RequestId = Guid.NewGuid().ToString(),
                Spc = spc,
                NoRestart = true,
            });
            using AsyncServerStreamingCall<WriteImeiResponse> call = new ImeiService.ImeiServiceClient(channel).WriteImei(request, cancellationToken: Ct);
            await foreach (WriteImeiResponse _ in call.ResponseStream.ReadAllAsync(Ct))
            {
            }
        }
    }
}
