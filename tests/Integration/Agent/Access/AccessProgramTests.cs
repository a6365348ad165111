using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>imei-agent pair and imei-agent clients as programs, beside an agent that runs; and what imei-agent run tells.</summary>
public class AccessProgramTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_invitation_is_one_line_of_output()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        await using OurProgram pair = Start(station, "pair", "--role", "technician", "--name", "bench-3");

        Assert.Equal(0, await pair.EndAsync(Ct));

        Assert.StartsWith("imei1:", Assert.Single(pair.Output), StringComparison.Ordinal);
        // The rest is for a person, and no QR code where none looks.
        Assert.Contains(pair.Errors, line => line.Contains("imei context add", StringComparison.Ordinal));
        Assert.Contains(pair.Errors, line => line.Contains(station.Address.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(pair.Errors, line => line.Contains('█', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task On_a_terminal_it_is_a_qr_code_too(bool isWanted)
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        // pty.spawn gives the program a terminal, and copies what it writes there.
        string[] words = ["dotnet", Path.Combine(AppContext.BaseDirectory, "imei-agent.dll"), "pair", "--agent", station.Endpoint, "--role", "viewer", "--name", "front"];
        await using OurProgram pair = OurProgram.StartAny(
            Requires.Python3(), new Dictionary<string, string?> { ["TERM"] = "xterm" },
            ["-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)", .. words, .. isWanted ? [] : (string[])["--no-qr"]]);

        Assert.Equal(0, await pair.EndAsync(Ct));

        string line = Assert.Single(pair.Output, text => text.Contains("imei1:", StringComparison.Ordinal)).Trim();
        string[] drawn = [.. pair.Output.Where(text => text.Contains("\u001b[38;5;16;48;5;231m", StringComparison.Ordinal))];
        // A QR code of version V is 17 + 4 V modules wide (ISO/IEC 18004), with 4 of quiet zone on each side; a character is 2 of them high.
        int width = drawn.Length == 0 ? 0 : drawn[0].Split('m')[1].Split('\u001b')[0].Length;
        Assert.True(isWanted ? (width - 25) % 4 == 0 && drawn.Length == (width + 1) / 2 : drawn.Length == 0, $"{width} x {drawn.Length}");
        Assert.True(line.Length < 700, "it would be larger than a terminal");
    }

    [Fact]
    public async Task Clients_are_listed_renamed_and_revoked()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        Assert.Equal((0, "", "No clients."), First(await RunAsync(station, "clients", "list")));
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Technician);
        GrpcChannel channel = station.Connect(certificate);

        (int, string Out, string) listed = await RunAsync(station, "clients", "list");
        (int, string Out, string) renamed = await RunAsync(station, "clients", "rename", "bench-3", "desk-2");
        string caller = (await new AgentService.AgentServiceClient(channel).GetAgentInfoAsync(new(), cancellationToken: Ct)).Caller;
        (int, string Out, string) revoked = await RunAsync(station, "clients", "revoke", "desk-2", "--reason", "lost laptop");

        Assert.Matches(@"^bench-3\ttechnician\tclients/[0-9a-f]{8}\tgood until \d{4}-\d\d-\d\d\tnever seen$", listed.Out);
        Assert.StartsWith("desk-2\ttechnician\t", renamed.Out, StringComparison.Ordinal);
        Assert.Equal("desk-2", caller);
        Assert.Matches(@"\trevoked \d{4}-\d\d-\d\d\tseen .* UTC from 127\.0\.0\.1$", revoked.Out);
        Assert.Equal("CLIENT_REVOKED", await StationUnderTest.ReasonAsync(async () => await new AgentService.AgentServiceClient(channel).GetAgentInfoAsync(new(), cancellationToken: Ct)));
        Assert.Equal("", (await RunAsync(station, "clients", "list")).Out);
        Assert.StartsWith("desk-2\t", (await RunAsync(station, "clients", "list", "--all")).Out, StringComparison.Ordinal);
        (int code, _, string err) = await RunAsync(station, "clients", "revoke", "desk-2", "--reason", "once more");
        Assert.Equal((1, true), (code, err.Contains("No client is called \"desk-2\"", StringComparison.Ordinal)));
        Assert.Equal(2, (await RunAsync(station, "clients", "revoke", "desk-2")).Code);
    }

    [Fact]
    public async Task The_agent_tells_the_fingerprint_that_clients_pin()
    {
        Requires.Unless(OperatingSystem.IsLinux(), "this test listens over TLS 1.3");
        using var folder = new TemporaryFolder();
        await using OurProgram agent = OurProgram.Start("imei-agent", "run", "--port", folder.File("no-phone"), "--no-discovery",
            "--data", folder.File("data"), "--listen", $"unix:{folder.File("run/agent.sock")}", "--listen", "127.0.0.1:0");
        string ready = await agent.LineAsync("ready", Ct);
        agent.Terminate();
        await agent.EndAsync(Ct);

        using X509Certificate2 ca = X509CertificateLoader.LoadCertificateFromFile(folder.File("data/access/ca.pem"));
        string fingerprint = Convert.ToHexStringLower(SHA256.HashData(ca.PublicKey.ExportSubjectPublicKeyInfo()));
        Assert.Contains(agent.Errors, line => line == $"imei-agent: certificate authority {fingerprint}");
        Assert.Matches(@" and 127\.0\.0\.1:\d+$", ready);
    }

    private static OurProgram Start(StationUnderTest station, params string[] words) => OurProgram.Start("imei-agent", [.. words, "--agent", station.Endpoint]);

    private static async Task<(int Code, string Out, string Err)> RunAsync(StationUnderTest station, params string[] words)
    {
        await using OurProgram program = Start(station, words);
        int code = await program.EndAsync(Ct);
        return (code, string.Join('\n', program.Output), string.Join('\n', program.Errors));
    }

    private static (int, string, string) First((int Code, string Out, string Err) end) => (end.Code, end.Out, end.Err.Split(' ') is [var a, var b, ..] ? $"{a} {b}" : end.Err);
}
