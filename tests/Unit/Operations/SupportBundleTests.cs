using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImeiAgent.Operations;
using ImeiAgent.Unit.Vault;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What a support bundle holds, and what it does not.</summary>
public partial class SupportBundleTests
{
    private const string Label = "356938035643809", Spc = "613908", WrongSpc = "740551", TraceId = "0af7651916cd43dd8448eb211c80319c";

    private static readonly Caller Boss = new("boss", "clients/0b055000", "192.0.2.9", "4bf92f3577b34da6a3ce929d0e0e4736");
    private static readonly BundleFacts Facts = new(
        new Dictionary<string, string> { ["agent"] = "1.2.3" }, new Dictionary<string, string> { ["listen"] = "unix:/run/agent.sock" });

    [Fact]
    public async Task A_bundle_of_a_failed_restore_has_all_that_is_promised_and_no_number_or_code()
    {
        await using var bench = new Bench("galaxy-spc-locked");
        await FailAsync(bench);

        // By name: a listener of another test makes a trace of the restore itself, and that has a recording too.
        long number = Assert.Single(bench.Vault.Traces.Recordings(TraceId)).Number;
        Dictionary<string, byte[]> files = Bundle(bench, [TraceId]);

        Assert.Equal(
            ["README.txt", "versions.json", "config.json", "phones.txt", "journal.jsonl", "audit.jsonl", $"traces/{TraceId}.txt", $"traces/{TraceId}.json",
                $"frames/{TraceId}-{number}.txt", $"frames/{TraceId}-{number}.pcapng"],
            files.Keys);
        AssertSilent(files);
        Assert.Contains(TraceId, Text(files, "README.txt"), StringComparison.Ordinal);
        Assert.Contains("Left out: nothing", Text(files, "README.txt"), StringComparison.Ordinal);
        Assert.Equal("1.2.3", Json(files, "versions.json").GetProperty("agent").GetString());
        Assert.Matches(@"^3\.\d+\.\d+$", Json(files, "versions.json").GetProperty("sqlite").GetString());
        Assert.Equal("unix:/run/agent.sock", Json(files, "config.json").GetProperty("listen").GetString());
        Assert.Contains(bench.Registry.List()[0].Name, Text(files, "phones.txt"), StringComparison.Ordinal);
        Assert.Equal("story of restore", Text(files, $"traces/{TraceId}.txt"));
        JsonElement span = Json(files, $"traces/{TraceId}.json").GetProperty("spans")[1];
        Assert.Equal(("restore.sent", 1, true), (span.GetProperty("name").GetString(), span.GetProperty("parent").GetInt32(), span.GetProperty("failed").GetBoolean()));
        JsonElement row = JsonDocument.Parse(Text(files, "journal.jsonl").Split('\n')[0]).RootElement;
        Assert.Equal(
            (TraceId, "35693803*****09", "SPC_REFUSED"),
            (row.GetProperty("trace").GetString(), row.GetProperty("slots")[0].GetProperty("new").GetString(), row.GetProperty("error").GetString()));
        Assert.Contains(
            Text(files, "audit.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement),
            one => one.GetProperty("action").GetString() == "restore-imei" && one.GetProperty("trace").GetString() == TraceId);
        Assert.Equal("00 11 22 33 44 55 66 77 (masked)", Text(files, $"frames/{TraceId}-{number}.txt"));
        Assert.Equal("0A0D0D0A", Convert.ToHexString(files[$"frames/{TraceId}-{number}.pcapng"]));
    }

    [Fact]
    public async Task A_bundle_is_on_record_and_tells_so_itself()
    {
        await using var bench = new Bench();
        bench.Vault.Traces.Append([TracesRoom.Span(1, 1)]);

        Dictionary<string, byte[]> files = Bundle(bench, ["00000001", TracesRoom.Id(1)]);

        AuditRow row = bench.Vault.Audit.List(1)[0];
        Assert.Equal(
            ("boss", "export-support-bundle", "exported", $"traces {TracesRoom.Id(1)}", Boss.TraceId),
            (row.Entry.Operator, row.Entry.Action, row.Entry.Outcome, row.Entry.Detail, row.Entry.TraceId));
        Assert.Equal(1, JsonDocument.Parse(Text(files, "audit.jsonl").Split('\n')[0]).RootElement.GetProperty("row").GetInt64());
        Assert.Single(files.Keys, name => name.EndsWith("aa.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serial_numbers_that_errors_tell_are_taken_out()
    {
        await using var bench = new Bench();
        const string Error = "devices/a came back as another (ESN was \"80A1B2C3\", is \"80D4E5F6\", MEID was \"A0000012345678\", is \"A0000087654321\"); ESN 80A1B2C3";
        bench.Vault.Audit.Append(Boss.Did("dump", "devices/a", "failed", Error));
        bench.Vault.Traces.Append([TracesRoom.Span(1, 1, error: "DUMP_SOURCE_CHANGED") with { StatusMessage = Error }]);

        Dictionary<string, byte[]> files = Bundle(bench, [], _ => Error);

        string[] telling = ["audit.jsonl", $"traces/{TracesRoom.Id(1)}.txt", $"traces/{TracesRoom.Id(1)}.json"];
        Assert.All(telling, name => Assert.Contains("ESN (masked)", Text(files, name), StringComparison.Ordinal));
        Assert.All(telling, name => Assert.DoesNotMatch("80A1B2C3|80D4E5F6|A0000012345678|A0000087654321", Text(files, name)));
    }

    [Fact]
    public async Task Without_a_choice_it_is_of_the_last_20_that_failed()
    {
        await using var bench = new Bench();
        bench.Vault.Traces.Append([.. Enumerable.Range(1, 25).Select(i => TracesRoom.Span(i, 1, error: i == 25 ? "" : "NO_REPLY"))]);

        Dictionary<string, byte[]> files = Bundle(bench, []);

        Assert.Equal(
            Enumerable.Range(5, 20).Reverse().Select(i => $"traces/{TracesRoom.Id(i)}.json"),
            files.Keys.Where(name => name.StartsWith("traces/", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_settled_a_trace_later_comes_along_and_phones_that_cannot_be_greeted_do_not_crowd_it_out()
    {
        await using var bench = new Bench();
        bench.Vault.Traces.Append(
        [
            TracesRoom.Span(1, 1, name: "restore", error: "WRITE_OUTCOME_UNKNOWN"),
            TracesRoom.Span(2, 1, name: "recovery") with { Links = [new SpanLink(TracesRoom.Id(1), "0000000000000001")] },
            .. Enumerable.Range(3, 30).Select(i => TracesRoom.Span(i, 1, name: "port.greet", error: "NO_REPLY")),
        ]);

        Assert.Equal(new[] { 1, 2 }.Select(i => $"traces/{TracesRoom.Id(i)}.txt"), Stories(Bundle(bench, [TracesRoom.Id(1)])));
        Assert.Equal(new[] { 32, 31, 30, 1, 2 }.Select(i => $"traces/{TracesRoom.Id(i)}.txt"), Stories(Bundle(bench, [])));

        static IEnumerable<string> Stories(Dictionary<string, byte[]> files) =>
            files.Keys.Where(name => name.StartsWith("traces/", StringComparison.Ordinal) && name.EndsWith(".txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trace_that_is_not_kept_and_too_many_are_refused_before_anything_is_on_record()
    {
        await using var bench = new Bench();

        Assert.Equal(OperationError.TraceNotFound, Assert.Throws<OperationException>(() => Bundle(bench, ["abcd"])).Error);
        Assert.Equal(OperationError.ArgumentInvalid, Assert.Throws<OperationException>(() => Bundle(bench, Enumerable.Repeat("abcd", 21).ToArray())).Error);
        Assert.DoesNotContain(bench.Vault.Audit.List(100), r => r.Entry.Action == "export-support-bundle");
    }

    [Fact]
    public async Task What_cannot_be_read_or_is_too_large_is_left_out_and_said_so()
    {
        await using var bench = new Bench();
        bench.Vault.Traces.Append([TracesRoom.Span(1, 1, error: "NO_REPLY")]);
        foreach (int size in (int[])[10 << 20, 15 << 20, 5])
            Assert.True(bench.Vault.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/sim1", "NO_REPLY", 1, new byte[size], "text"));
        bench.BreakVault("journal");

        Dictionary<string, byte[]> files = Bundle(bench, [], _ => throw new InvalidOperationException($"no story of {Label}"));

        string readme = Text(files, "README.txt");
        Assert.Contains("journal.jsonl: left out", readme, StringComparison.Ordinal);
        Assert.Contains($"traces/{TracesRoom.Id(1)}.txt: left out, InvalidOperationException: no story of 35693803*****09", readme, StringComparison.Ordinal);
        Assert.Contains($"frames/{TracesRoom.Id(1)}-2.pcapng: left out, the bundle would be too large", readme, StringComparison.Ordinal);
        Assert.Equal((10 << 20, 5), (files[$"frames/{TracesRoom.Id(1)}-1.pcapng"].Length, files[$"frames/{TracesRoom.Id(1)}-3.pcapng"].Length));
        Assert.DoesNotContain("journal.jsonl", files.Keys);
        Assert.Contains("audit.jsonl", files.Keys);
    }

    /// <summary>A restore with a wrong code, the spans that it will have, with a careless one among them, and what went over its port.</summary>
    private static async Task FailAsync(Bench bench)
    {
        RestoreEnded ended = await bench.EndAsync(Bench.Label() with
        {
            Spc = WrongSpc,
            Reason = $"ticket 4711 of {Label}",
            By = new Caller("bench-3", "clients/3f2a9c1b", "192.0.2.7", TraceId),
        });
        Assert.Equal(OperationError.SpcRefused, ended.Receipt.Error);
        bench.Vault.Traces.Append(
        [
            TracesRoom.Span(1, 1, name: "restore", error: "SPC_REFUSED", attributes: ("imeiagent.slots", "1")) with { TraceId = TraceId, SpanId = "1234567890123456" },
            TracesRoom.Span(1, 2, name: "restore.sent", at: 5, error: "SPC_REFUSED", attributes: ("imeiagent.detail", $"told of {Label}"))
                with { TraceId = TraceId, ParentId = "1234567890123456" },
        ]);
        bench.Vault.Traces.KeepRecording(
            TraceId, ended.Receipt.Device, "/dev/sim1", "SPC_REFUSED", 1, new byte[] { 0x0A, 0x0D, 0x0D, 0x0A }, $"00 11 22 33 44 55 66 77 {Label}");
    }

    private static Dictionary<string, byte[]> Bundle(Bench bench, string[] traces, Func<TraceView, string>? story = null)
    {
        var bundle = new SupportBundle(new TraceDesk(bench.Registry, bench.Vault), bench.Registry, bench.Vault, TimeProvider.System);
        using var file = new MemoryStream();
        bundle.Write(traces, Facts, story ?? (trace => $"story of {trace.Trace.Name}"), file, Boss);
        file.Position = 0;
        using var zip = new ZipArchive(file);
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            return copy.ToArray();
        });
    }

    /// <summary>No number of 14 to 17 digits, no code; neither as text nor packed as phones hold it, also inside of recordings.</summary>
    private static void AssertSilent(Dictionary<string, byte[]> files)
    {
        foreach ((string name, byte[] content) in files)
        {
            string text = Encoding.Latin1.GetString(content), hex = Convert.ToHexString(content);
            Assert.False(LongNumber().IsMatch(name + "\n" + text), $"{name}: {LongNumber().Match(text).Value}");
            foreach (string secret in (string[])[Spc, WrongSpc, Label[..14]])
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain("3A65390853468390", hex, StringComparison.Ordinal);
        }
    }

    private static string Text(Dictionary<string, byte[]> files, string name) => Encoding.UTF8.GetString(files[name]);

    private static JsonElement Json(Dictionary<string, byte[]> files, string name) => JsonDocument.Parse(files[name]).RootElement;

    [GeneratedRegex(@"(?<![0-9A-Fa-f])\d{14,17}(?![0-9A-Fa-f])")]
    private static partial Regex LongNumber();
}
