using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>What never gets into a log, an error or the audit.</summary>
public sealed class SecretsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_that_is_secret_gets_into_logs_errors_or_the_audit()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-spc-locked", seed: 83);
        await bench.StartStationAsync();
        List<string> lines = [await bench.PairAsync("boss", "supervisor"), await bench.PairAsync("desk-2", "technician"), await bench.PairAsync("front", "reader")];
        string invalid = await UnusedLineAsync(bench);
        lines.Add(invalid);
        string[] asked = ["--label", Bench.Label, "--reason", $"Ticket for {Bench.Label2}", "--evidence", "Photo 1", "--yes"];

        List<Result> results =
        [
            await bench.StationAsync("front", ["restore", .. asked]),
            await bench.StationAsync("desk-2", ["restore", .. asked]),
            await bench.StationAsync("desk-2", ["restore", .. asked, "--spc", Bench.WrongSpc]),
            await bench.StationAsync("desk-2", ["restore", .. asked, "--spc", Bench.Spc, "--no-restart"]),
            await bench.StationAsync("desk-2", "restore", "--label", Bench.Label2, "--reason", $"the box says {Bench.Label2}", "--evidence", Bench.Label2, "--yes", "--spc", Bench.Spc),
            await bench.StationAsync("desk-2", "lease", "release", "99"),
            await bench.StationAsync("desk-3", "context", "add", "shop", invalid[..^4] + "AAAA"),
            await bench.StationAsync("desk-3", "context", "add", lines[0], lines[0]),
            await bench.StationAsync("desk-3", "context", "add", "shop", lines[0]),
            await bench.StationAsync("desk-2", "-d", Bench.Label, "identify"),
            await bench.StationAsync("front", "audit", "list"),
            await bench.StationAsync("boss", "audit", "export", "-o", bench.File("audit.jsonl")),
            await bench.StationAsync("boss", "audit", "export", "--format", "csv", "-o", bench.File("audit.csv")),
            await bench.ImeiAsync("audit", "list"),
            await bench.ImeiAsync("journal", "list"),
        ];
        Assert.Equal(Bench.LabelHex, phone.Holds(1));
        Assert.Contains(results, one => one.Code == ExitCode.Refused && one.Err.Contains("SPC_REFUSED", StringComparison.Ordinal));

        Dictionary<string, string> told = new()
        {
            ["the agent's log"] = string.Join('\n', bench.Told),
            ["the audit on disk"] = string.Join('\n', bench.Audit()),
            ["the exported audit"] = await File.ReadAllTextAsync(bench.File("audit.jsonl"), Ct),
            ["the same as CSV"] = await File.ReadAllTextAsync(bench.File("audit.csv"), Ct),
            ["audit and journal as listed"] = results[^2].Out + results[^1].Out,
            ["errors"] = string.Join('\n', results.Select(result => result.Err)),
            ["the traces"] = await TracesAsync(bench),
            ["a support bundle"] = await BundleAsync(bench),
        };
        Assert.All(told, text => Assert.True(text.Value.Length > 100, $"{text.Key} is empty"));
        Assert.Contains("35693803*****09", told["the exported audit"], StringComparison.Ordinal);
        Assert.Contains("DIAG_SPC_F", told["the traces"], StringComparison.Ordinal);
        Assert.Contains("DIAG_SPC_F", told["a support bundle"], StringComparison.Ordinal);
        Assert.All(told, text => Assert.Equal((text.Key, ""), (text.Key, Numbers.In(text.Value))));
        foreach ((string where, string text) in told)
            foreach (string code in (string[])[Bench.Spc, Bench.WrongSpc])
                Assert.False(Numbers.Holds(text, code), $"an SPC stands in {where}");
        foreach ((string what, string secret) in Secrets(bench, lines))
            foreach ((string where, string text) in told)
                Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{what} stands in {where}");
    }

    // As the command line shows them, and what went over the port where something failed.
    private static async Task<string> TracesAsync(Bench bench)
    {
        Result list = (await bench.ImeiAsync("--json", "trace", "list", "--failed")).Ended(ExitCode.Ok);
        StringBuilder text = new();
        foreach (TraceSummary trace in ListTracesResponse.Parser.ParseJson(list.Out).Traces)
        {
            Result show = (await bench.ImeiAsync("trace", "show", trace.TraceId)).Ended(ExitCode.Ok);
            text.Append(show.Out);
            if (!show.Out.Contains("imei trace frames", StringComparison.Ordinal))
                continue;
            (await bench.ImeiAsync("trace", "frames", trace.TraceId, "-o", bench.File("frames.pcapng"), "--force")).Ended(ExitCode.Ok);
            text.Append(await File.ReadAllTextAsync(bench.File("frames.pcapng"), Encoding.Latin1, Ct));
        }
        return text.ToString();
    }

    private static async Task<string> BundleAsync(Bench bench)
    {
        (await bench.ImeiAsync("support", "bundle", "-o", bench.File("bundle.zip"))).Ended(ExitCode.Ok);
        using ZipArchive zip = await ZipFile.OpenReadAsync(bench.File("bundle.zip"), Ct);
        StringBuilder text = new();
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(Ct), Encoding.Latin1);
            text.Append(await reader.ReadToEndAsync(Ct)).Append('\n');
        }
        return text.ToString();
    }

    private static async Task<string> UnusedLineAsync(Bench bench)
    {
        await using OurProgram pair = OurProgram.Start("imei-agent", ["pair", "--agent", bench.Endpoint, "--role", "viewer", "--name", "desk-3", "--no-qr"]);
        Assert.Equal(0, await pair.EndAsync(Ct));
        return Assert.Single(pair.Output);
    }

    /// <summary>Whatever must not be told: numbers, codes, invitations, keys, each in the forms in which it could be.</summary>
    private static IEnumerable<(string What, string Secret)> Secrets(Bench bench, IEnumerable<string> lines)
    {
        yield return ("an IMEI", Bench.Label);
        yield return ("an IMEI without its check digit", Bench.Label[..14]);
        yield return ("an IMEI's bytes", Bench.LabelHex);
        yield return ("an IMEI", Bench.Label2);
        yield return ("an IMEI without its check digit", Bench.Label2[..14]);
        yield return ("an IMEI's bytes", Bench.Label2Hex);
        foreach (string line in lines)
        {
            string body = line.Split(':')[^1];
            yield return ("a pairing line", body[..40]);
            string secret = JsonElement.Parse(Base64Url.DecodeFromChars(body)).GetProperty("s").GetString()!;
            yield return ("a pairing secret", secret);
            yield return ("a pairing secret in hex", Convert.ToHexString(Base64Url.DecodeFromChars(secret)));
        }
        string[] keys = [.. Directory.GetFiles(bench.File(""), "*.key", SearchOption.AllDirectories)];
        Assert.True(keys.Length >= 5, string.Create(CultureInfo.InvariantCulture, $"{keys.Length} key files: the agent has two, and each client one"));
        foreach (string key in keys)
        {
            // The second line of the PEM on: the first is the same for every key of the curve.
            string[] pem = File.ReadAllText(key, Encoding.ASCII).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            yield return ($"the key {Path.GetFileName(key)}", pem[2][..20]);
        }
    }
}
