using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>
/// The faults of docs/support-exercise.md: a restore fails, a bundle is taken with the command line, and the lines that name the cause are in the
/// files that the document quotes them from. None of them holds a number or a code.
/// </summary>
public sealed partial class SupportBundleTests : IAsyncDisposable
{
    private const string NoBackup = "could not be read, so there is no backup. Nothing was sent to the phone. Restart the phone and try again. [NO_REPLY]";

    private readonly Bench _bench = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worn_memory_shows_by_one_wrong_bit_in_each_value_that_was_written()
    {
        PhoneProcess phone = await PlugAsync("wear=550");

        string trace = TraceOf((await _bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.OutcomeUnknown, "[WRITE_OUTCOME_UNKNOWN]"));
        IReadOnlyDictionary<string, string> files = await BundleAsync(trace);

        InOrder(
            files[$"traces/{trace}.txt"],
            @"restore\.sent .* The phone accepted the write", "DIAG_NV_WRITE_F 550 .* NV_DONE", @"restore\.read_back", @"\(slot 1: 1 bit off the new value\)",
            @"restore\.closed", @"restore\.put_back .* Read back: slot 1: 1 bit off the old value", "! WRITE_OUTCOME_UNKNOWN: ", "DIAG_NV_WRITE_F 550 .* NV_DONE");
        Assert.DoesNotContain("bad frame", files[$"traces/{trace}.txt"], StringComparison.Ordinal);
        Assert.Matches("""
            "state":"Sent","outcome":null,.*"put_backs":[1-9]
            """, files["journal.jsonl"]);
        Assert.Matches(@"SIM 1 +Invalid", files["phones.txt"]);
    }

    [Fact]
    public async Task A_bad_cable_shows_by_frames_with_wrong_checks_around_whatever_was_asked()
    {
        PhoneProcess phone = await PlugAsync("");
        await phone.QuirkAsync("bad-crc=0.3");

        string trace = TraceOf((await _bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.DeviceNotReady, NoBackup));
        IReadOnlyDictionary<string, string> files = await BundleAsync(trace);

        InOrder(
            files[$"traces/{trace}.txt"],
            @"restore\.backed_up", "! NO_REPLY: ", "sent 2 times, 1 bad frame", @"DIAG_NV_READ_F \d+ .* none, sent 3 times, 3 bad frames", "! NoReplyException: ");
        string[] port = Lines(files[Frames(files, trace)]);
        Assert.Equal(["bad frame: wrong check", "bad frame: wrong check", "bad frame: wrong check"], port[^6..].Where(line => line.Contains(" <- ", StringComparison.Ordinal)).Select(line => line.Split(" <- ")[1]));
        Assert.Single(port[^6..].Where(line => line.Contains(" -> ", StringComparison.Ordinal)).Select(line => line.Split(" -> ")[1]).Distinct());
    }

    [Fact]
    public async Task An_item_that_silences_the_phone_is_the_last_that_was_asked_for_each_time()
    {
        PhoneProcess phone = await PlugAsync("hang-on=522");

        string first = TraceOf((await _bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.DeviceNotReady, NoBackup));
        await phone.UnplugAsync();
        await _bench.SeesAsync(phone.Link, DeviceState.Disconnected);
        await phone.PlugAsync();
        await _bench.SeesAsync(phone.Link, DeviceState.Ready);
        string second = TraceOf((await _bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.DeviceNotReady, NoBackup));
        IReadOnlyDictionary<string, string> files = await BundleAsync(first, second);

        foreach (string trace in (string[])[first, second])
        {
            InOrder(files[$"traces/{trace}.txt"], @"restore\.backed_up", @"DIAG_NV_READ_F x42 .* NV_DONE, each", @"DIAG_NV_READ_F 522 .* none, sent 3 times\r?$", "! NoReplyException: ");
            string[] port = Lines(files[Frames(files, trace)]);
            Assert.All(port[^3..], line => Assert.Contains(" -> DIAG_NV_READ_F slot 1 item 522 ", line, StringComparison.Ordinal));
            Assert.Contains(" <- DIAG_NV_READ_F slot 1 item 521 NV_WCDMA_IM_LEVEL_I NV_DONE", port[^4], StringComparison.Ordinal);
            Assert.DoesNotContain("bad frame", files[Frames(files, trace)], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_item_that_restarts_the_phone_is_the_last_that_was_asked_for_before_the_port_went_each_time()
    {
        PhoneProcess phone = await PlugAsync("crash-on=522");
        var traces = new List<string>();
        for (int i = 0; i < 2; i++)
        {
            traces.Add(TraceOf((await _bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.DeviceNotReady, "went away. Connect it again", "[DEVICE_DISCONNECTED]")));
            await _bench.SeesAsync(phone.Link, DeviceState.Ready);
        }
        IReadOnlyDictionary<string, string> files = await BundleAsync([.. traces]);

        foreach (string trace in traces)
        {
            InOrder(
                files[$"traces/{trace}.txt"],
                @"restore\.backed_up", "! DEVICE_DISCONNECTED: ", @"DIAG_NV_READ_F 522 .* none\r?$", @"! SessionBrokenException: the session ended \(PortVanished\)");
            InOrder(
                string.Join('\n', Lines(files[Frames(files, trace)]).Reverse().SkipWhile(line => !line.Contains("session ended", StringComparison.Ordinal))),
                @"-- the session ended \(PortVanished\)", "-> DIAG_NV_READ_F slot 1 item 522 ", "<- DIAG_NV_READ_F slot 1 item 521 .* NV_DONE");
        }
    }

    [Fact]
    public async Task A_phone_without_power_shows_by_its_port_that_went_between_the_write_and_its_answer()
    {
        PhoneProcess phone = await PlugAsync("die=before-store:1");

        await using OurProgram imei = _bench.StartRestore(phone.Link, Bench.Label);
        await phone.DiesAsync(Ct);
        await _bench.SeesAsync(phone.Link, DeviceState.Disconnected);
        await phone.StartAsync("", Ct);
        string trace = TraceOf((await Bench.EndAsync(imei)).Ended(ExitCode.RolledBack, "did not take the write, and slot 1 is as before", "[WRITE_ROLLED_BACK]"));
        IReadOnlyDictionary<string, string> files = await BundleAsync(trace);

        InOrder(
            files[$"traces/{trace}.txt"],
            @"restore\.sent .* The phone did not answer the write", "DIAG_NV_WRITE_F 550 .* none", @"! SessionBrokenException: the session ended \(PortVanished\)",
            "The phone went away. Connect it", @"restore\.read_back .* Read back: the old value");
        InOrder(
            files[Frames(files, trace)],
            @"-> DIAG_NV_WRITE_F slot 1 item 550 NV_UE_IMEI_I, 133 bytes, \d+ masked: 27 26 02 [^\n]+\n[^\n]+ -- the session ended \(PortVanished\)",
            "-- the session began", "<- DIAG_NV_READ_F slot 1 item 550 NV_UE_IMEI_I NV_DONE");
        Assert.Matches("""
            "state":"Closed","outcome":"RolledBack","error":"WRITE_ROLLED_BACK"
            """, files["journal.jsonl"]);
    }

    [Fact]
    public async Task A_code_that_was_refused_is_in_none_of_its_files()
    {
        PhoneProcess phone = await PlugAsync("", "galaxy-spc-locked");

        string trace = TraceOf((await _bench.RestoreAsync(phone.Link, Bench.Label, "--spc", Bench.WrongSpc)).Ended(ExitCode.Refused, "[SPC_REFUSED]"));
        IReadOnlyDictionary<string, string> files = await BundleAsync(trace);

        InOrder(files[$"traces/{trace}.txt"], "DIAG_NV_WRITE_F 550 .* BAD_SPC_MODE", "DIAG_SPC_F .* refused");
        InOrder(files[Frames(files, trace)], "<- DIAG_BAD_SPC_MODE_F to DIAG_NV_WRITE_F", "-> DIAG_SPC_F, 7 bytes, 6 masked", "<- DIAG_SPC_F refused");
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private async Task<PhoneProcess> PlugAsync(string quirks, string profile = "galaxy-imei-lost")
    {
        PhoneProcess phone = await _bench.PlugAsync("phone", profile, seed: 7, quirks);
        await _bench.StartAgentAsync();
        return phone;
    }

    /// <summary>The files of a bundle as text, recordings too; there is no number and no code in any.</summary>
    private async Task<IReadOnlyDictionary<string, string>> BundleAsync(params string[] traces)
    {
        string path = _bench.File("bundle.zip");
        (await _bench.ImeiAsync(["support", "bundle", "-o", path, .. traces])).Ended(ExitCode.Ok, "README.txt");
        await using ZipArchive zip = await ZipFile.OpenReadAsync(path, Ct);
        var files = new Dictionary<string, string>();
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            await using Stream content = await entry.OpenAsync(Ct);
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, Ct);
            byte[] bytes = copy.ToArray();
            string text = Encoding.Latin1.GetString(bytes), hex = Convert.ToHexString(bytes);
            Assert.False(LongNumber().IsMatch(text), $"{entry.FullName}: {LongNumber().Match(text).Value}");
            foreach (string secret in (string[])[Bench.Label[..14], "3A 65 39 08", Spaced(Bench.Spc), Spaced(Bench.WrongSpc)])
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            // The six digits behind a second's point are no code.
            foreach (string code in (string[])[Bench.Spc, Bench.WrongSpc])
                Assert.DoesNotMatch($@"(?<![.\d]){code}(?!\d)", text);
            Assert.DoesNotContain(Bench.LabelHex, hex, StringComparison.Ordinal);
            files.Add(entry.FullName, Encoding.UTF8.GetString(bytes));
        }
        Assert.Contains("Left out: nothing", files["README.txt"], StringComparison.Ordinal);
        return files;
    }

    /// <summary>The trace id that an error ends with.</summary>
    private static string TraceOf(Result failed)
    {
        Match found = TraceLine().Match(failed.Err);
        Assert.True(found.Success, failed.Err);
        return found.Groups[1].Value;
    }

    private static string Frames(IReadOnlyDictionary<string, string> files, string trace) =>
        Assert.Single(files.Keys, name => name.StartsWith($"frames/{trace}-", StringComparison.Ordinal) && name.EndsWith(".txt", StringComparison.Ordinal));

    /// <summary>As a listing of bytes shows it.</summary>
    private static string Spaced(string code) => string.Join(' ', Encoding.ASCII.GetBytes(code).Select(digit => digit.ToString("X2", CultureInfo.InvariantCulture)));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Each is there, behind the one before.</summary>
    private static void InOrder(string text, params string[] patterns)
    {
        int at = 0;
        foreach (string pattern in patterns)
        {
            Match found = Regex.Match(text[at..], pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);
            Assert.True(found.Success, $"\"{pattern}\" is not where it should be in\n{text}");
            at += found.Index + found.Length;
        }
    }

    [GeneratedRegex(@"(?<![0-9A-Fa-f])\d{14,17}(?![0-9A-Fa-f])")]
    private static partial Regex LongNumber();

    [GeneratedRegex(@"^trace ([0-9a-f]{32})\b", RegexOptions.Multiline)]
    private static partial Regex TraceLine();
}
