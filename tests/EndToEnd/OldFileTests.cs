using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>A phone that lost its numbers, a backup of it, and one of another phone of its model.</summary>
public sealed class OldFileBench : Bench
{
    public PhoneProcess Phone { get; private set; } = null!;

    /// <summary>SIM 1 as it was before the loss, in the form with only the active items.</summary>
    public string Good { get; private set; } = "";

    public string OfAnother => File("other.txt");

    public override async ValueTask InitializeAsync()
    {
        Phone = await PlugAsync("phone", "galaxy", seed: 81);
        PhoneProcess other = await PlugAsync("other", "galaxy", seed: 82);
        await other.PutAsync(1, 550, Zeros);
        await other.EraseAsync(2, 550);
        await StartAgentAsync();
        (await ImeiAsync("-d", Phone.Link, "nv", "read", "0-2000", "-o", File("good.txt"))).Ended(ExitCode.Ok);
        (await ImeiAsync("-d", other.Link, "nv", "read", "0-2000", "-o", OfAnother)).Ended(ExitCode.Ok);
        Good = await System.IO.File.ReadAllTextAsync(File("good.txt"), Ct);
        await Phone.PutAsync(1, 550, Zeros);
    }
}

/// <summary>Old files cannot do harm: each is refused with the reason, and nothing is sent.</summary>
public sealed class OldFileTests(OldFileBench bench) : IClassFixture<OldFileBench>
{
    private const string Header = "00550 (0x0226)   -   OK\r\n";

    [Fact]
    public Task Of_another_phone() => RefusedAsync(bench.OfAnother, ExitCode.Refused, "is of another phone", "[SNAPSHOT_OF_OTHER_PHONE]");

    [Fact]
    public async Task With_a_zero_imei() =>
        await RefusedAsync(await FileAsync(bench.Good.Replace("08 3A 65 39 08 53 46 83 90", "08 0A 00 00 00 00 00 00 00", StringComparison.Ordinal)),
            ExitCode.Refused, "holds no usable IMEI", "generic", "[SNAPSHOT_WITHOUT_IMEI]");

    [Fact]
    public async Task With_the_row_bug() =>
        await RefusedAsync(await FileAsync(RowBug(bench.Good)), ExitCode.File, "lost", "label", "imei approvals grant", "[FILE_INVALID]");

    [Fact]
    public async Task With_one_item_twice_and_different()
    {
        int at = bench.Good.IndexOf(Header, StringComparison.Ordinal), end = bench.Good.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) + 4;
        string other = bench.Good[at..end].Replace("08 3A 65", "08 3A 66", StringComparison.Ordinal);
        await RefusedAsync(await FileAsync(bench.Good.Insert(end, other)), ExitCode.File, "550", "[FILE_INVALID]");
    }

    [Fact]
    public async Task Cut_off_in_the_middle_of_the_number() =>
        await RefusedAsync(await FileAsync(bench.Good[..(bench.Good.IndexOf(Header, StringComparison.Ordinal) + Header.Length + 12)]), ExitCode.Refused, "holds no usable IMEI", "ends within item 550", "[SNAPSHOT_WITHOUT_IMEI]");

    [Fact]
    public async Task Of_a_hundred_megabytes_of_junk()
    {
        string path = bench.File("junk.txt");
        await using (FileStream junk = File.Create(path))
        {
            byte[] block = new byte[1 << 20];
            new Random(1).NextBytes(block);
            for (int i = 0; i < 100; i++)
                await junk.WriteAsync(block, TestContext.Current.CancellationToken);
        }

        await RefusedAsync(path, ExitCode.File, "larger than 64 MiB");
        File.Delete(path);
    }

    [Fact]
    public async Task Of_sixty_megabytes_of_junk()
    {
        string path = bench.File("junk60.txt");
        await using (FileStream junk = File.Create(path))
        {
            byte[] block = new byte[1 << 20];
            new Random(1).NextBytes(block);
            for (int i = 0; i < 60; i++)
                await junk.WriteAsync(block, TestContext.Current.CancellationToken);
        }

        await RefusedAsync(path, ExitCode.File, "[FILE_INVALID]");
        File.Delete(path);
    }

    private async Task RefusedAsync(string file, ExitCode code, params string[] said)
    {
        int rows = bench.Journal().Count;

        Result refused = await bench.ImeiAsync("-d", bench.Phone.Link, "restore", "--from", file, "--reason", "Ticket 4730", "--evidence", "Invoice 17", "--yes");

        refused.Ended(code, said);
        Assert.Equal((Bench.Zeros, rows), (bench.Phone.Holds(1), bench.Journal().Count));
    }

    private async Task<string> FileAsync(string text)
    {
        string path = bench.File($"{Guid.NewGuid():N}.txt");
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }

    /// <summary>Rows 5 to 8 cut at wrong offsets, as an old program and its heirs write them: 5 is 3, 6 is bytes 40 to 55, 7 is 4, 8 is bytes 64 to 79.</summary>
    private static string RowBug(string good)
    {
        string[] lines = good.Split("\r\n");
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].EndsWith("-   OK", StringComparison.Ordinal))
                continue;
            string[] bytes = string.Concat(lines[(i + 1)..(i + 9)]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            (lines[i + 5], lines[i + 6], lines[i + 7], lines[i + 8]) = (lines[i + 3], Row(40), lines[i + 4], Row(64));
            string Row(int from) => string.Concat(bytes[from..(from + 16)].Select(b => b + " "));
        }
        return string.Join("\r\n", lines);
    }
}
