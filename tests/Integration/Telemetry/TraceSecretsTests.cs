using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ImeiAgent.Client.Cli;
using ImeiAgent.Client.Telemetry;
using ImeiAgent.Integration.Agent.Access;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>
/// Restores of all kinds, well and badly ended, and then everything that is told of them: spans, measurements, log records, traces as people see
/// them, recordings and a support bundle hold no number, no code and no password; and the spans of a pairing none of its secrets.
/// </summary>
public sealed class TraceSecretsTests
{
    private const string Label = "356938035643809", Label2 = "490154203237518", Wrong = "355167055587819";
    private const string Spc = "613908", WrongSpc = "740551", Password = "FFFFFFFFFFFFFFFE", WrongPassword = "1A2B3C4D5E6F7081";

    private static readonly string[] s_codes = [Spc, WrongSpc];

    // Numbers as item 550 holds them (GSM 24.008 mobile identity behind a length byte), and a part of it that a worn or cut value still has; codes as
    // they are sent, in ASCII.
    private static readonly string[] s_packed =
        ["083A65390853468390", "084A09512430325781", "3A653908534683", "4A095124303257", Password, WrongPassword, .. s_codes.Select(code => Convert.ToHexString(Encoding.ASCII.GetBytes(code)))];

    private static readonly string[] s_numbers = [Label, Label[..14], Label2, Label2[..14], Wrong, Wrong[..14]];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_that_is_told_of_restores_holds_a_number_a_code_or_a_password()
    {
        using var folder = new TemporaryFolder();
        using var spans = new SpanRecorder(toAll: true);
        using var measurements = new Measurements();
        var records = new Keeping();
        await using RunningPhone<PtyHost> locked = Phones.OnPty("galaxy-spc-locked", "spc-silence=0ms", seed: 3);
        await using RunningPhone<PtyHost> guarded = Phones.OnPty("galaxy-imei-lost", "writes-need-password,spc-silence=0ms", seed: 4);
        Dictionary<string, string> told;
        string hex;
        await using (TellingAgent agent = await TellingAgent.StartAsync(folder, [locked.Host.Path, guarded.Host.Path], options => options with
        {
            Logging = logging => logging.ClearProviders().AddOpenTelemetry(sdk =>
            {
                sdk.IncludeFormattedMessage = true;
                sdk.AddProcessor(new MaskedRecords()).AddProcessor(records);
            }),
        }))
        {
            await RestoreAllAsync(agent, locked, guarded, folder);
            measurements.LookAtGauges();
            (told, hex) = await LookAsync(agent, folder);
        }
        told["the spans"] = string.Join('\n', spans.All.Select(SpanRecorder.Text));
        told["the measurements"] = string.Join('\n', measurements.All.Select(one =>
            $"{one.Instrument.Name} {one.Instrument.Description} {string.Join(' ', one.Tags.Select(tag => $"{tag.Key}={tag.Value}"))}"));
        told["the log records"] = string.Join('\n', records.Texts);

        Assert.All(told, text => Assert.True(text.Value.Length > 100, $"{text.Key} is empty"));
        // What would be found if it were there: a number is shown masked, a code by what the phone said to it.
        Assert.Contains("35693803*****09", told["the spans"] + told["the log records"] + told["the bundle"], StringComparison.Ordinal);
        Assert.Contains("DIAG_SPC_F", told["the traces"], StringComparison.Ordinal);
        foreach ((string where, string text) in told)
        {
            Assert.Equal((where, ""), (where, Numbers.In(text)));
            Assert.All(s_codes, code => Assert.False(Numbers.Holds(text, code), $"{code} stands in {where}"));
            // Bytes may be written with blanks between.
            string bare = text.Replace(" ", "", StringComparison.Ordinal);
            Assert.All(s_numbers.Concat(s_packed), secret => Assert.False(Contains(text, secret) || Contains(bare, secret), $"{secret} stands in {where}"));
        }
        Assert.All(s_packed, secret => Assert.False(Contains(hex, secret), $"{secret} stands in the recordings"));

        static bool Contains(string text, string secret) => text.Contains(secret, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Spans_of_a_pairing_hold_none_of_its_secrets()
    {
        using var spans = new SpanRecorder(toAll: true);
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        Invited invited = await station.InviteAsync("bench-9", Role.Viewer);
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Technician);
        await new DeviceService.DeviceServiceClient(station.Connect(certificate)).ListDevicesAsync(new(), cancellationToken: Ct);

        string[] told = [.. spans.All.Select(SpanRecorder.Text)];
        Assert.Contains(told, span => span.Contains("imeiagent.v1.PairingService/Enroll", StringComparison.Ordinal));
        string key = Convert.ToBase64String(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKey())[48..68];
        foreach (string secret in (string[])[Convert.ToHexString(invited.Secret), Convert.ToBase64String(invited.Secret)[..20], key])
            Assert.DoesNotContain(told, span => span.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task RestoreAllAsync(TellingAgent agent, RunningPhone<PtyHost> locked, RunningPhone<PtyHost> guarded, TemporaryFolder folder)
    {
        string[] ports = [locked.Host.Path, guarded.Host.Path];
        await Eventually.HoldsAsync(async () => (await new DeviceService.DeviceServiceClient(agent.Channel).ListDevicesAsync(new(), cancellationToken: Ct)).Devices
            .Count(device => device.State == DeviceState.Ready) == ports.Length);
        string[] plain = ["--no-restart"];
        string file = folder.File("backup.txt");

        await RestoreAsync(ports[0], Label, "SPC_REQUIRED", plain);
        await RestoreAsync(ports[0], Label, "SPC_REFUSED", ["--spc", WrongSpc, .. plain]);
        await RestoreAsync(ports[0], Wrong, "IMEI_INVALID", plain);
        await RestoreAsync(ports[0], Label, "", ["--spc", Spc, .. plain]);
        (await RunAsync("-d", ports[0], "backup", "--quick", "-o", file)).Ended(ExitCode.Ok);
        locked.Phone.Erase(1, 550);
        (await RunAsync("-d", ports[0], "restore", "--from", file, "--reason", $"Ticket of {Label}", "--evidence", $"Box with {Label2}", "--spc", Spc, "--yes", "--no-restart"))
            .Ended(ExitCode.Ok);
        await RestoreAsync(ports[1], Label2, "PASSWORD_REQUIRED", plain);
        await RestoreAsync(ports[1], Label2, "PASSWORD_REFUSED", ["--password", WrongPassword, .. plain]);
        await RestoreAsync(ports[1], Label2, "", ["--password", Password, .. plain]);
        (await RunAsync("audit", "export", "-o", folder.File("audit.jsonl"))).Ended(ExitCode.Ok);

        Task<ImeiRun> RunAsync(params string[] args) => ImeiRun.RunAsync(agent.Host.Endpoint, null, args);

        async Task RestoreAsync(string port, string number, string reason, string[] more)
        {
            ImeiRun run = await RunAsync(ImeiRun.Restore(port, number, more));
            if (reason.Length == 0)
                run.Ended(ExitCode.Ok);
            else
                Assert.Contains($"[{reason}]", run.Err, StringComparison.Ordinal);
        }
    }

    // What people see and hand on: each kept trace, what went over the ports (in hex too), and a bundle.
    private static async Task<(Dictionary<string, string> Told, string Hex)> LookAsync(TellingAgent agent, TemporaryFolder folder)
    {
        ListTracesResponse list = await new TraceService.TraceServiceClient(agent.Channel).ListTracesAsync(new() { PageSize = 1000 }, cancellationToken: Ct);
        StringBuilder traces = new(), recordings = new(), hex = new(), bundle = new();
        traces.Append((await RunAsync("trace", "list")).Out);
        int recorded = 0;
        foreach (TraceSummary trace in list.Traces.Where(trace => !trace.Name.EndsWith("/ListDevices", StringComparison.Ordinal)))
        {
            traces.Append((await RunAsync("trace", "show", trace.TraceId)).Out).Append((await RunAsync("--json", "trace", "show", trace.TraceId)).Out);
            foreach (PortRecording recording in (await agent.TraceAsync(trace.TraceId)).Recordings)
            {
                string file = folder.File($"{++recorded}.pcapng");
                await RunAsync("trace", "frames", trace.TraceId, "--number", $"{recording.Number}", "-o", file);
                byte[] pcapng = await File.ReadAllBytesAsync(file, Ct);
                recordings.Append(Encoding.Latin1.GetString(pcapng));
                hex.Append(Convert.ToHexString(pcapng));
            }
        }
        Assert.True(recorded >= 3, $"{recorded} recordings: a refused code and a refused password should each have left one");
        await RunAsync("support", "bundle", "-o", folder.File("bundle.zip"));
        using ZipArchive zip = await ZipFile.OpenReadAsync(folder.File("bundle.zip"), Ct);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(Ct), Encoding.Latin1);
            bundle.Append(entry.FullName).Append('\n').Append(await reader.ReadToEndAsync(Ct)).Append('\n');
        }
        Dictionary<string, string> told = new()
        {
            ["the traces"] = traces.ToString(),
            ["the recordings"] = recordings.ToString(),
            ["the bundle"] = bundle.ToString(),
            ["the exported audit"] = await File.ReadAllTextAsync(folder.File("audit.jsonl"), Ct),
        };
        return (told, hex.ToString());

        async Task<ImeiRun> RunAsync(params string[] args) => (await ImeiRun.RunAsync(agent.Host.Endpoint, null, args)).Ended(ExitCode.Ok);
    }

    // As a collector would have them. A record is used again after its processors are through.
    private sealed class Keeping : BaseProcessor<LogRecord>
    {
        public ConcurrentQueue<string> Texts { get; } = new();

        public override void OnEnd(LogRecord data) =>
            Texts.Enqueue($"{data.FormattedMessage} {data.Exception} {string.Join(' ', (data.Attributes ?? []).Select(pair => $"{pair.Key}={pair.Value}"))}");
    }
}
