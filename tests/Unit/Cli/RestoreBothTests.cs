using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

// Both SIMs in one transaction.
public sealed class RestoreBothTests : IDisposable
{
    private static readonly string[] Labels =
        ["restore", "--label", Samples.Number, "--label2", Samples.Number2, "--reason", "ticket 4711", "--evidence", "photo of both labels"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imei-both-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_person_sees_both_slots_and_types_four_digits_of_each_number()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, CliSetting.Typing("3809", "7518"), Labels);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("SIM slot    1\nnow         lost (blank)\nnew         356938035643809", run.Err.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("SIM slot    2\nnow         49015420*****18  ok\nnew         490154203237518", run.Err.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("of the new IMEI of SIM 2", run.Err, StringComparison.Ordinal);
        Assert.Contains("phone       sm-g991u-3f2a, SIM 1 and 2", run.OutLines);
        Assert.Equal(["asked for   35693803*****09", "asked for   49015420*****18"], run.OutLines.Where(line => line.StartsWith("asked for", StringComparison.Ordinal)));
        Assert.Contains("evidence    photo of both labels", run.OutLines);
        WriteImeiRequest request = agent.RequestsOf<WriteImeiRequest>().Last();
        Assert.Equal(
            [
                new SlotSource { Slot = 1, Label = Samples.Number, Etag = Samples.Etag },
                new SlotSource { Slot = 2, Label = Samples.Number2, Etag = "etag-of-slot-2" },
            ],
            request.Slots);
        Assert.Equal((0u, "", "", 0u), (request.Slot, request.Label, request.Etag, request.SnapshotSlot));
    }

    [Fact]
    public async Task Digits_of_one_number_alone_write_neither()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, CliSetting.Typing("3809", "3809"), Labels);

        Assert.Equal(130, (int)run.Exit);
        Assert.DoesNotContain(agent.RequestsOf<WriteImeiRequest>(), request => !request.ValidateOnly);
    }

    [Fact]
    public async Task Both_from_one_snapshot_take_each_number_from_its_own_slot()
    {
        await using FakeAgent agent = await StartAsync();

        await CliRun.RunAsync(agent, "restore", "--sim", "both", "--from", "20261123-3f", "--reason", "ticket", "--yes");

        Assert.Equal(
            [
                new SlotSource { Slot = 1, Snapshot = "20261123-3f", Etag = Samples.Etag },
                new SlotSource { Slot = 2, Snapshot = "20261123-3f", Etag = "etag-of-slot-2" },
            ],
            agent.RequestsOf<WriteImeiRequest>().Last().Slots);
    }

    [Fact]
    public async Task A_label_and_a_file_may_go_together()
    {
        await using FakeAgent agent = await StartAsync();
        string path = Path.Combine(_folder.FullName, "sim2.txt");
        await File.WriteAllTextAsync(path, "[NV items]", TestContext.Current.CancellationToken);

        CliRun run = await CliRun.RunAsync(agent, "restore", "--label", Samples.Number, "--from2", path, "--from-sim2", "1", "--reason", "ticket", "--evidence", "photo", "--yes");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(1u, Assert.Single(agent.RequestsOf<ImportSnapshotRequest>()).Slot);
        SlotSource second = agent.RequestsOf<WriteImeiRequest>().Last().Slots[1];
        Assert.Equal((2u, "snapshots/20261123-3f2a9c", 1u), (second.Slot, second.Snapshot, second.SnapshotSlot));
    }

    [Fact]
    public async Task A_file_holds_one_SIM_so_both_need_two()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "restore", "--sim", "both", "--from", "old.txt", "--reason", "ticket", "--yes");

        Assert.Equal(2, (int)run.Exit);
        Assert.Contains("--from FILE (SIM 1) and --from2 FILE (SIM 2)", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.RequestsOf<WriteImeiRequest>());
    }

    [Theory]
    [InlineData("both", "--etag etag-of-slot-1 --from 20261123-3f --etag2 etag-of-slot-2\n")]
    [InlineData("each", "--etag etag-of-slot-1 --from 20261123-3f --etag2 etag-of-slot-2 --from2 20261122-aa\n")]
    public async Task An_unknown_outcome_is_asked_for_with_the_etags_and_backups_of_both(string way, string expected)
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnWriteImei = Samples.PlanThen((_, _, context) =>
        {
            FakeAgent.Cut(context);
            return Task.CompletedTask;
        });
        string[] from = way == "both" ? ["--sim", "both", "--from", "20261123-3f"] : ["--from", "20261123-3f", "--from2", "20261122-aa"];

        CliRun run = await CliRun.RunAsync(agent, ["restore", .. from, "--reason", "ticket", "--yes"]);

        Assert.Equal(7, (int)run.Exit);
        Assert.EndsWith(expected, run.Said.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_again_it_is_the_same_request_to_the_letter()
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnWriteImei = Samples.PlanThen((_, _, _) => throw FakeAgent.Failure(StatusCode.DataLoss, "WRITE_OUTCOME_UNKNOWN"));
        await CliRun.RunAsync(agent, [.. Labels, "--yes", "--no-restart"]);
        WriteImeiRequest first = agent.RequestsOf<WriteImeiRequest>().Last();
        agent.OnWriteImei = Samples.Applied;

        CliRun run = await CliRun.RunAsync(
            agent, [.. Labels, "--yes", "--no-restart", "--request-id", first.RequestId, "--etag", Samples.Etag, "--etag2", "etag-of-slot-2"]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.True(first.NoRestart);
        Assert.Equal(first, agent.RequestsOf<WriteImeiRequest>().Last());
    }

    private static async Task<FakeAgent> StartAsync()
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.Applied;
        agent.OnImport = _ => new ImportSnapshotResponse { Snapshot = Samples.Snapshot() };
        return agent;
    }
}
