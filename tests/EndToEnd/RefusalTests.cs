using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;
using JournalState = ImeiAgent.Vault.JournalState;

namespace ImeiAgent.EndToEnd;

/// <summary>Phones that refuse, pretend and spoil, at one agent.</summary>
public sealed class RefusalBench : Bench
{
    public PhoneProcess Plain { get; private set; } = null!;

    public PhoneProcess Locked { get; private set; } = null!;

    public PhoneProcess Protected { get; private set; } = null!;

    public PhoneProcess Ignoring { get; private set; } = null!;

    public PhoneProcess Spoiling { get; private set; } = null!;


    public override async ValueTask InitializeAsync()
    {
        Plain = await PlugAsync("plain", "galaxy-imei-lost", seed: 41);
        Locked = await PlugAsync("locked", "galaxy-spc-locked", seed: 42, "spc-silence=2s");
        Protected = await PlugAsync("protected", "galaxy-write-protected", seed: 43);
        Ignoring = await PlugAsync("ignoring", "galaxy-imei-lost", seed: 44, "ignore-writes=550");
        Spoiling = await PlugAsync("spoiling", "galaxy-imei-lost", seed: 45, "wear-once=550");
        await StartAgentAsync();
    }
}

/// <summary>Every failure has its exit code, its journal row closed, and leaves the old value or says that it cannot know.</summary>
public sealed class RefusalTests(RefusalBench bench) : IClassFixture<RefusalBench>
{
    [Theory]
    [InlineData("355167055587819", "The check digit of these digits is wrong")]
    [InlineData("3569380356438", "The number has 13 digits. An IMEI has 15")]
    [InlineData("001234560123456", "reserved for tests")]
    [InlineData("000000000000000", "all zeros")]
    [InlineData("35693803564380X", "other than digits")]
    public async Task A_number_that_is_none_is_refused_and_nothing_is_sent(string label, string said)
    {
        int rows = bench.Journal().Count;

        (await bench.RestoreAsync(bench.Plain.Link, label)).Ended(ExitCode.Refused, said, "Nothing was sent", "[IMEI_INVALID]");

        Assert.Equal((Bench.Zeros, 0L, rows), (bench.Plain.Holds(1), bench.Plain.Writes, bench.Journal().Count));
    }

    [Fact]
    public async Task A_locked_phone_takes_the_write_only_with_its_spc()
    {
        (await bench.RestoreAsync(bench.Locked.Link, Bench.Label)).Ended(ExitCode.Refused, "wants its service programming code", "--spc", "[SPC_REQUIRED]");
        AssertClosed(WriteOutcome.Refused, "SPC_REQUIRED");
        Assert.Equal((Bench.Zeros, 0L), (bench.Locked.Holds(1), bench.Locked.Writes));

        // Deaf for 2 s after the wrong code: the read-back waits for it.
        (await bench.RestoreAsync(bench.Locked.Link, Bench.Label, "--spc", Bench.WrongSpc))
            .Ended(ExitCode.Refused, "Phone does not accept SPC", "Ask the operator or the owner", "[SPC_REFUSED]");
        AssertClosed(WriteOutcome.Refused, "SPC_REFUSED");
        Assert.Equal((Bench.Zeros, 0L), (bench.Locked.Holds(1), bench.Locked.Writes));

        (await bench.RestoreAsync(bench.Locked.Link, Bench.Label, "--spc", Bench.Spc)).Ended(ExitCode.Ok, "restored:");
        AssertClosed(WriteOutcome.Applied, "");
        Assert.Equal((Bench.LabelHex, 1L), (bench.Locked.Holds(1), bench.Locked.Writes));

        // What is kept on disk knows neither code.
        foreach (string file in Directory.GetFiles(bench.File("data"), "vault.db*"))
        {
            string bytes = System.Text.Encoding.Latin1.GetString(await ReadSharedAsync(file));
            Assert.DoesNotContain(Bench.Spc, bytes);
            Assert.DoesNotContain(Bench.WrongSpc, bytes);
        }
        Assert.Contains(bench.Audit(), row => row.Contains("35693803*****09"));
    }

    [Fact]
    public async Task A_read_only_item_is_a_refusal_that_says_who_can_help()
    {
        (await bench.RestoreAsync(bench.Protected.Link, Bench.Label2)).Ended(ExitCode.Refused, "NV_READONLY", "authorised service", "[ITEM_READ_ONLY]");

        AssertClosed(WriteOutcome.Refused, "ITEM_READ_ONLY");
        Assert.Equal((Bench.Zeros, 0L), (bench.Protected.Holds(1), bench.Protected.Writes));
    }

    [Fact]
    public async Task A_write_that_was_accepted_and_not_stored_is_told_as_such()
    {
        (await bench.RestoreAsync(bench.Ignoring.Link, Bench.Label2)).Ended(ExitCode.RolledBack, "accepted the write and did not store it", "[WRITE_ROLLED_BACK]");

        AssertClosed(WriteOutcome.RolledBack, "WRITE_ROLLED_BACK");
        Assert.Equal((Bench.Zeros, 0L), (bench.Ignoring.Holds(1), bench.Ignoring.Writes));
    }

    [Fact]
    public async Task A_write_that_was_stored_wrong_is_put_back()
    {
        (await bench.RestoreAsync(bench.Spoiling.Link, Bench.Label2)).Ended(ExitCode.RolledBack, "was put back and read back", "[WRITE_ROLLED_BACK]");

        AssertClosed(WriteOutcome.RolledBack, "WRITE_ROLLED_BACK");
        Assert.Equal((Bench.Zeros, 2L), (bench.Spoiling.Holds(1), bench.Spoiling.Writes));
    }

    [Fact]
    public async Task A_phone_that_takes_neither_value_is_never_called_restored_nor_rolled_back()
    {
        // On a bench of its own: while its row is open, no other phone gets the number.
        await using var own = new Bench();
        PhoneProcess ruining = await own.PlugAsync("ruining", "galaxy-imei-lost", seed: 46, "wear=550");
        await own.StartAgentAsync();

        (await own.RestoreAsync(ruining.Link, Bench.Label2)).Ended(ExitCode.OutcomeUnknown, "may hold old, new or wrong values", "[WRITE_OUTCOME_UNKNOWN]");

        Assert.Equal("000000001000000000", ruining.Holds(1));
        (await own.ImeiAsync("identify")).Ended(ExitCode.Refused, "journal/1", "--by-hand", "[JOURNAL_OPEN]");
        (await own.ImeiAsync("journal", "settle", "1", "--by-hand", "--reason", "goes to the maker")).Ended(ExitCode.Ok, "OUTCOME UNKNOWN", "goes to the maker");
        (await own.ImeiAsync("identify")).Ended(ExitCode.Ok, "IMEI SIM 1");
        Assert.Equal([(JournalState.Closed, WriteOutcome.Unknown, "WRITE_OUTCOME_UNKNOWN")], own.Journal());
    }

    private void AssertClosed(WriteOutcome outcome, string error) => Assert.Equal((JournalState.Closed, outcome, error), bench.Journal()[^1]);

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
        return bytes;
    }
}
