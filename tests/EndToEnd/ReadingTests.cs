using System.Text;
using System.Text.Json;
using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>A healthy phone, one that lost its IMEIs, and an Exynos phone, at one agent.</summary>
public sealed class ReadingBench : Bench
{
    public PhoneProcess Healthy { get; private set; } = null!;

    public PhoneProcess Lost { get; private set; } = null!;

    public PhoneProcess Exynos { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        Healthy = await PlugAsync("healthy", "galaxy", seed: 1);
        Lost = await PlugAsync("lost", "galaxy-imei-lost", seed: 2);
        Exynos = await PlugAsync("exynos", "exynos", seed: 3);
        await StartAgentAsync();
    }
}

/// <summary>Verbs that read, each a process that asks the agent's process, which asks the phone's.</summary>
public sealed class ReadingTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Devices_lists_every_port_with_what_is_on_it()
    {
        Result devices = await bench.ImeiAsync("devices");

        devices.Ended(ExitCode.Ok);
        string[] lines = devices.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Contains(lines, line => line.Contains(bench.Healthy.Link + " ") && line.Contains("SM-G991U") && line.Contains("ok"));
        Assert.Contains(lines, line => line.Contains(bench.Lost.Link + " ") && line.Contains("lost (blank)"));
        Assert.Contains(lines, line => line.Contains(bench.Exynos.Link + " ") && line.Contains("not a DIAG port"));
        Assert.Contains("AT commands", devices.Err);
    }

    [Fact]
    public async Task Identify_names_the_phone_and_shows_its_numbers_masked_unless_asked()
    {
        Result masked = await bench.ImeiAsync("-d", bench.Healthy.Link, "identify");
        masked.Ended(ExitCode.Ok, "SM-G991U", "G991USQU5CVF1", "35693803*****09  ok", "49015420*****18  ok");
        Assert.DoesNotContain(Bench.Label, masked.Out);

        Result revealed = await bench.ImeiAsync("-d", bench.Healthy.Link, "identify", "--reveal");
        revealed.Ended(ExitCode.Ok, $"IMEI SIM 1  {Bench.Label}  ok", $"IMEI SIM 2  {Bench.Label2}  ok");
    }

    [Fact]
    public async Task Nv_read_shows_an_item_of_each_sim_and_lists_of_ranges()
    {
        (await bench.ImeiAsync("-d", bench.Healthy.Link, "nv", "read", "550")).Ended(ExitCode.Ok, "00550  0x0226  done", "08 3A 65 39 08 53 46 83 90");
        (await bench.ImeiAsync("-d", bench.Healthy.Link, "nv", "read", "0x226", "--sim", "2")).Ended(ExitCode.Ok, "08 4A 09 51 24 30 32 57 81");

        Result range = await bench.ImeiAsync("-d", bench.Healthy.Link, "--json", "nv", "read", "10,441,540-560,65535");
        range.Ended(ExitCode.Ok);
        int[] items =
        [
            .. range.Messages.Where(message => message.TryGetProperty("batch", out _))
                .SelectMany(message => message.GetProperty("batch").GetProperty("items").EnumerateArray())
                .Select(item => item.GetProperty("item").GetInt32()),
        ];
        Assert.Equal([10, 441, .. Enumerable.Range(540, 21), 65535], items);
    }

    [Fact]
    public async Task A_backup_is_a_file_of_every_item_that_old_programs_read_and_can_be_exported_again()
    {
        string file = bench.File("backup.txt"), second = bench.File("backup_sim2.txt"), again = bench.File("again.txt");
        Result backup = await bench.ImeiAsync("-d", bench.Healthy.Link, "backup", "-o", file);
        backup.Ended(ExitCode.Ok, "Read 131,072 items", " 0 unknown");

        string text = Encoding.ASCII.GetString(await File.ReadAllBytesAsync(file, Ct));
        string[] lines = text.Split("\r\n");
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.Equal("[NV items]", lines[0]);
        Assert.Equal($"[Complete items - {lines.Count(line => line.EndsWith("   -   OK"))}, Items size - 128]", lines[1]);
        Assert.Equal(65_536, lines.Count(line => line.Contains("   -   ")));
        string zeros = "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n";
        Assert.Contains(
            "\r\n\r\n00550 (0x0226)   -   OK\r\n08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 00 \r\n" + string.Concat(Enumerable.Repeat(zeros, 7)) + "\r\n00551 (0x0227)",
            text);
        Assert.EndsWith("65535 (0xFFFF)   -   OK\r\n7E 7D 7D 7E 5E 5D FF 00 00 00 00 00 00 00 00 00 \r\n" + string.Concat(Enumerable.Repeat(zeros, 7)), text);
        Assert.Contains("00550 (0x0226)   -   OK\r\n08 4A 09 51 24 30 32 57 81 ", await File.ReadAllTextAsync(second, Ct));

        string name = backup.Out.Trim().Split(' ')[^1];
        (await bench.ImeiAsync("snapshots", "list")).Ended(ExitCode.Ok, name, "131,072");
        (await bench.ImeiAsync("snapshots", "show", name)).Ended(ExitCode.Ok, "items       131,072", "SIM 1 and 2", "35693803*****09", "49015420*****18");
        (await bench.ImeiAsync("snapshots", "export", name, "-o", again)).Ended(ExitCode.Ok);
        Assert.Equal(text, await File.ReadAllTextAsync(again, Ct));
        (await bench.ImeiAsync("snapshots", "export", name, "-o", again)).Ended(ExitCode.File, "--force replaces it");
        (await bench.ImeiAsync("snapshots", "show", "20010101-000000")).Ended(ExitCode.File, "No snapshot has the name");
    }

    [Fact]
    public async Task With_json_every_line_is_a_message()
    {
        JsonElement devices = Assert.Single((await bench.ImeiAsync("--json", "devices")).Messages);
        Assert.Equal(3, devices.GetProperty("devices").GetArrayLength());

        JsonElement identified = Assert.Single((await bench.ImeiAsync("--json", "-d", bench.Healthy.Link, "identify")).Messages);
        Assert.Equal("35693803*****09", identified.GetProperty("device").GetProperty("imeiSlots")[0].GetProperty("imei").GetString());

        Result dump = await bench.ImeiAsync("--json", "-d", bench.Healthy.Link, "nv", "read", "0-65535");
        Assert.True(dump.Messages[0].TryGetProperty("header", out _));
        Assert.Equal(65_536, dump.Messages[^1].GetProperty("summary").GetProperty("total").GetInt32());

        Result failed = await bench.ImeiAsync("--json", "-d", "no-such-phone", "identify");
        failed.Ended(ExitCode.DeviceNotReady);
        JsonElement error = Assert.Single(failed.Errors).GetProperty("details")[0];
        Assert.Equal(("imeiagent", "DEVICE_NOT_FOUND"), (error.GetProperty("domain").GetString(), error.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task An_unknown_phone_is_an_error_that_names_those_there_are()
    {
        (await bench.ImeiAsync("-d", "pixel-9", "identify")).Ended(ExitCode.DeviceNotReady, "\"pixel-9\"", bench.Healthy.Link, "[DEVICE_NOT_FOUND]");
        (await bench.RestoreAsync("pixel-9", Bench.Label)).Ended(ExitCode.DeviceNotReady, "\"pixel-9\"", "[DEVICE_NOT_FOUND]");
        (await bench.ImeiAsync("identify")).Ended(ExitCode.DeviceNotReady, "name one", "[DEVICE_AMBIGUOUS]");
    }

    [Fact]
    public async Task An_exynos_phone_is_an_error_that_says_what_to_do()
    {
        (await bench.ImeiAsync("-d", bench.Exynos.Link, "identify")).Ended(ExitCode.DeviceNotReady, "AT commands and no DIAG", "*#0808#", "[NOT_A_DIAG_PORT]");
        (await bench.RestoreAsync(bench.Exynos.Link, Bench.Label)).Ended(ExitCode.DeviceNotReady, "AT commands and no DIAG", "[NOT_A_DIAG_PORT]");
    }

    [Fact]
    public async Task A_number_that_is_not_lost_is_not_replaced_nor_given_to_two_phones()
    {
        (await bench.RestoreAsync(bench.Healthy.Link, Bench.Label2)).Ended(ExitCode.Refused, "belongs to the phone's other slot", "[IMEI_IN_USE]");
        (await bench.RestoreAsync(bench.Lost.Link, Bench.Label)).Ended(ExitCode.Refused, "Check that the label belongs to", "[IMEI_IN_USE]");
        (await bench.RestoreAsync(bench.Healthy.Link, Bench.Label)).Ended(ExitCode.Ok, "unchanged");

        Assert.Equal((Bench.LabelHex, Bench.Label2Hex, Bench.Zeros), (bench.Healthy.Holds(1), bench.Healthy.Holds(2), bench.Lost.Holds(1)));
        Assert.Equal((0, 0), (bench.Healthy.Writes, bench.Lost.Writes));
        Assert.Empty(bench.Journal());
    }

    [Fact]
    public async Task A_file_of_another_phone_or_without_a_number_is_refused()
    {
        string other = bench.File("other.txt"), zero = bench.File("zero.txt"), torn = bench.File("torn.txt");
        (await bench.ImeiAsync("-d", bench.Healthy.Link, "nv", "read", "0,550,1943", "-o", other)).Ended(ExitCode.Ok);
        (await bench.ImeiAsync("-d", bench.Lost.Link, "nv", "read", "0,550,1943", "-o", zero)).Ended(ExitCode.Ok);
        await File.WriteAllTextAsync(torn, (await File.ReadAllTextAsync(other, Ct)).Replace("(0x0226)", "(0x0227)", StringComparison.Ordinal), Ct);

        (await RestoreFromAsync(other)).Ended(ExitCode.Refused, "is of another phone", "Type the number from the phone's label", "[SNAPSHOT_OF_OTHER_PHONE]");
        (await RestoreFromAsync(zero)).Ended(ExitCode.Refused, "holds no usable IMEI", "blank", "[SNAPSHOT_WITHOUT_IMEI]");
        (await RestoreFromAsync(torn)).Ended(ExitCode.File, "decimal 550 is not hexadecimal 0227", "[FILE_INVALID]");

        Assert.Equal((Bench.Zeros, 0L), (bench.Lost.Holds(1), bench.Lost.Writes));
        Assert.Empty(bench.Journal());
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<Result> RestoreFromAsync(string file) =>
        bench.ImeiAsync("-d", bench.Lost.Link, "restore", "--from", file, "--reason", "Ticket 4712", "--evidence", "Invoice 17", "--yes");
}
