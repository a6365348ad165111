using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

// Where the number and the service programming code come from.
public sealed class RestoreSourceTests : IDisposable
{
    private const string Spc = "271828";
    private const string Password = "FFFFFFFFFFFFFFFE";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imei-in-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_name_is_a_snapshot()
    {
        await using FakeAgent agent = await StartAsync();

        await CliRun.RunAsync(agent, "restore", "--from", "20261123-3f", "--from-sim", "2", "--reason", "ticket", "--yes");

        WriteImeiRequest request = agent.RequestsOf<WriteImeiRequest>().Last();
        Assert.Equal(("20261123-3f", 2u, 1u), (request.Snapshot, request.SnapshotSlot, request.Slot));
        Assert.Empty(agent.RequestsOf<ImportSnapshotRequest>());
    }

    [Fact]
    public async Task A_file_is_imported_for_the_slot_that_is_written_and_restored_from_its_snapshot()
    {
        await using FakeAgent agent = await StartAsync();
        string path = Path.Combine(_folder.FullName, "old.txt");
        await File.WriteAllTextAsync(path, "[NV items]", TestContext.Current.CancellationToken);

        CliRun run = await CliRun.RunAsync(agent, "restore", "--from", path, "--sim", "2", "--reason", "ticket", "--yes");

        ImportSnapshotRequest import = Assert.Single(agent.RequestsOf<ImportSnapshotRequest>());
        Assert.Equal(("old.txt", 2u, SnapshotFormat.NvText, "[NV items]"), (import.FileName, import.Slot, import.Format, import.Chunk.ToStringUtf8()));
        Assert.Equal("snapshots/20261123-3f2a9c", agent.RequestsOf<WriteImeiRequest>().Last().Snapshot);
        Assert.Equal(ExitCode.Ok, run.Exit);
    }

    [Fact]
    public async Task An_unknown_outcome_is_asked_for_with_the_snapshot_that_the_file_became()
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnWriteImei = Samples.PlanThen((_, _, context) =>
        {
            FakeAgent.Cut(context);
            return Task.CompletedTask;
        });
        string path = Path.Combine(_folder.FullName, "old.txt");
        await File.WriteAllTextAsync(path, "[NV items]", TestContext.Current.CancellationToken);
        string[] command = ["restore", "--from", path, "--reason", "ticket", "--yes"];

        CliRun run = await CliRun.RunAsync(agent, command);
        CliRun again = await CliRun.RunAsync(agent, [.. command, "--request-id", "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01"]);

        Assert.Contains(" --from 20261123-3f2a9c", run.Err, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, again.Exit);
        Assert.Single(agent.RequestsOf<ImportSnapshotRequest>());
    }

    [Fact]
    public async Task A_txt_that_is_not_there_is_a_missing_file_and_no_snapshot()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "restore", "--from", Path.Combine(_folder.FullName, "gone.TXT"), "--reason", "ticket", "--yes");

        Assert.Equal(9, (int)run.Exit);
        Assert.Contains("does not exist", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.RequestsOf<WriteImeiRequest>());
    }

    [Theory]
    [InlineData("option")]
    [InlineData("typed")]
    [InlineData("piped")]
    [InlineData("variable")]
    public async Task The_code_reaches_the_write_and_is_shown_nowhere(string way)
    {
        await using FakeAgent agent = await StartAsync();
        string[] args = ["restore", "--label", Samples.Number, "--evidence", "photo", "--reason", "ticket", "--yes"];
        CliSetting setting = way switch
        {
            "typed" => CliSetting.Typing(Spc),
            "piped" => new CliSetting { Input = Spc + "\n" },
            "variable" => new CliSetting { SpcVariable = Spc },
            _ => new CliSetting(),
        };
        args = way switch { "option" => [.. args, "--spc", Spc], "variable" => args, _ => [.. args, "--spc", "-"] };

        CliRun run = await CliRun.RunAsync(agent, setting, args);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["", Spc], agent.RequestsOf<WriteImeiRequest>().Select(request => request.Spc));
        Assert.DoesNotContain(Spc, run.Out + run.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("option")]
    [InlineData("piped after the code")]
    [InlineData("variable")]
    public async Task The_password_reaches_the_write_and_is_shown_nowhere(string way)
    {
        await using FakeAgent agent = await StartAsync();
        CliSetting setting = way switch
        {
            "variable" => new CliSetting { PasswordVariable = Password },
            _ => new CliSetting { Input = $"{Spc}\n{Password}\n" },
        };
        string[] secrets = way switch { "option" => ["--password", Password], "variable" => [], _ => ["--spc", "-", "--password", "-"] };

        CliRun run = await CliRun.RunAsync(agent, setting, ["restore", "--from", "20261123-3f", "--reason", "ticket", "--yes", .. secrets]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["", Password], agent.RequestsOf<WriteImeiRequest>().Select(request => request.SecurityPassword));
        Assert.DoesNotContain(Password, run.Out + run.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFFFG")]
    [InlineData("FFFFFFFFFFFFFFFFF")]
    public async Task A_password_that_is_not_16_hex_digits_is_refused_without_being_shown(string password)
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { PasswordVariable = password }, "restore", "--from", "x", "--reason", "ticket", "--yes");

        Assert.Equal(2, (int)run.Exit);
        Assert.Contains("16 hex digits: the variable IMEI_PASSWORD holds something else", run.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("FFFFFFF", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Theory]
    [InlineData("27182")]
    [InlineData("2718281")]
    [InlineData("27182x")]
    [InlineData("")]
    public async Task A_code_that_is_not_six_digits_is_refused_without_being_shown(string code)
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "restore", "--label", Samples.Number, "--evidence", "photo", "--reason", "ticket", "--yes", "--spc", code);

        Assert.Equal(2, (int)run.Exit);
        Assert.Contains("6 digits", run.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("27182", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Fact]
    public async Task A_reason_that_begins_with_an_at_sign_is_a_reason_and_no_file_of_arguments()
    {
        await using FakeAgent agent = await StartAsync();

        await CliRun.RunAsync(agent, "restore", "--label", Samples.Number, "--evidence", "photo", "--reason", "@bob asked for it", "--yes");

        Assert.Equal("@bob asked for it", agent.RequestsOf<WriteImeiRequest>().Last().Reason);
    }

    private static async Task<FakeAgent> StartAsync()
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.Applied;
        agent.OnImport = _ => new ImportSnapshotResponse { Snapshot = Samples.Snapshot() };
        return agent;
    }
}
