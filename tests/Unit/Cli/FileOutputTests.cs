using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public sealed class FileOutputTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imei-out-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private IEnumerable<string> Names => _folder.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal);

    [Fact]
    public async Task A_backup_of_both_slots_is_two_files_and_a_note_says_so()
    {
        await using FakeAgent agent = await StartAsync(1, 2);

        CliRun run = await CliRun.RunAsync(agent, "backup", "-o", PathOf("s21.txt"));

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["s21.txt", "s21_sim2.txt"], Names);
        Assert.Equal("[NV items]\r\nSIM 1\r\n", await ReadAsync("s21.txt"));
        Assert.Equal("[NV items]\r\nSIM 2\r\n", await ReadAsync("s21_sim2.txt"));
        Assert.Contains("SIM 2 goes to", run.Err, StringComparison.Ordinal);
        StartDumpRequest request = Assert.Single(agent.RequestsOf<StartDumpRequest>());
        Assert.Equal([1u, 2u], request.Slots);
        Assert.True(request is { SaveSnapshot: true, SkipUnreachableSlots: true, Quick: false });
        Assert.Equal((0u, 65535u), (request.Ranges[0].First, request.Ranges[0].Last));
        Assert.Equal((Samples.JobName, true), agent.RequestsOf<WatchJobRequest>().Select(watch => (watch.Name, watch.OmitItems)).Single());
    }

    [Fact]
    public async Task A_second_slot_that_was_left_out_makes_no_file()
    {
        await using FakeAgent agent = await StartAsync(1);

        await CliRun.RunAsync(agent, "backup", "-o", PathOf("s21.txt"));

        Assert.Equal(["s21.txt"], Names);
    }

    [Theory]
    [InlineData("s21.qcn")]
    [InlineData("s21.XQCN")]
    public async Task A_name_of_another_format_is_refused_before_the_phone_is_read(string name)
    {
        await using FakeAgent agent = await StartAsync(1, 2);

        CliRun run = await CliRun.RunAsync(agent, "backup", "-o", PathOf(name));

        Assert.Equal(9, (int)run.Exit);
        Assert.Contains("ends in .txt", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Theory]
    [InlineData("s21.txt")]
    [InlineData("s21_sim2.txt")]
    public async Task An_existing_file_is_kept_and_refused_before_the_phone_is_read(string existing)
    {
        await using FakeAgent agent = await StartAsync(1, 2);
        await File.WriteAllTextAsync(PathOf(existing), "mine", TestContext.Current.CancellationToken);

        CliRun run = await CliRun.RunAsync(agent, "backup", "-o", PathOf("s21.txt"));

        Assert.Equal(9, (int)run.Exit);
        Assert.Contains("--force", run.Err, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
        Assert.Equal("mine", await ReadAsync(existing));
    }

    [Fact]
    public async Task A_file_that_appears_during_the_read_is_kept_too()
    {
        await using FakeAgent agent = await StartAsync(1);
        Func<ExportSnapshotRequest, IServerStreamWriter<ExportSnapshotResponse>, ServerCallContext, Task> export = agent.OnExport;
        agent.OnExport = async (request, answers, context) =>
        {
            await File.WriteAllTextAsync(PathOf("a.txt"), "mine");
            await export(request, answers, context);
        };

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "0-100", "-o", PathOf("a.txt"));

        Assert.Equal(9, (int)run.Exit);
        Assert.Equal(["a.txt"], Names);
        Assert.Equal("mine", await ReadAsync("a.txt"));
    }

    [Fact]
    public async Task With_force_it_is_replaced()
    {
        await using FakeAgent agent = await StartAsync(1);
        await File.WriteAllTextAsync(PathOf("a.txt"), "mine", TestContext.Current.CancellationToken);

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "550", "-o", PathOf("a.txt"), "--force");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal("[NV items]\r\nSIM 1\r\n", await ReadAsync("a.txt"));
    }

    [Fact]
    public async Task An_export_that_breaks_halfway_leaves_no_file_at_all()
    {
        await using FakeAgent agent = await StartAsync(1);
        agent.OnExport = async (_, answers, _) =>
        {
            await answers.WriteAsync(new ExportSnapshotResponse { Chunk = ByteString.CopyFromUtf8("[NV items]") });
            throw FakeAgent.Failure(StatusCode.DataLoss, "SNAPSHOT_DAMAGED");
        };

        CliRun run = await CliRun.RunAsync(agent, "snapshots", "export", "2026", "-o", PathOf("a.txt"));

        Assert.Equal(9, (int)run.Exit);
        Assert.Empty(Names);
    }

    [Fact]
    public async Task An_export_tells_what_the_file_cannot_hold()
    {
        await using FakeAgent agent = await StartAsync(1, 2);
        Snapshot incomplete = Samples.Snapshot(1, 2);
        incomplete.Notes.Add("3 items could not be read: this snapshot is not complete.");
        agent.OnGetSnapshot = _ => new GetSnapshotResponse { Snapshot = incomplete };

        CliRun run = await CliRun.RunAsync(agent, "snapshots", "export", "2026", "-o", PathOf("a.txt"));

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("3 items could not be read", run.Err, StringComparison.Ordinal);
        Assert.Contains("SIM 2 too", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incomplete_read_is_written_and_told()
    {
        await using FakeAgent agent = await StartAsync(1);
        agent.OnWatchJob = Samples.Watch(65536, failed: 2);

        CliRun run = await CliRun.RunAsync(agent, "backup", "--sim", "1", "-o", PathOf("a.txt"));

        Assert.Equal(8, (int)run.Exit);
        Assert.Equal(["a.txt"], Names);
        Assert.Contains("2 items could not be read", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_output_gets_the_file_byte_for_byte()
    {
        await using FakeAgent agent = await StartAsync(1);

        CliRun read = await CliRun.RunAsync(agent, "nv", "read", "0-100", "-o", "-");
        CliRun export = await CliRun.RunAsync(agent, "snapshots", "export", "20261123", "--sim", "2", "--active-only");

        Assert.Equal("[NV items]\r\nSIM 1\r\n", read.Out);
        Assert.Equal("[NV items]\r\nSIM 2\r\n", export.Out);
        Assert.True(agent.RequestsOf<ExportSnapshotRequest>().Last().ActiveOnly);
    }

    [Fact]
    public async Task Standard_output_gets_nothing_of_a_file_that_is_refused_in_the_middle()
    {
        await using FakeAgent agent = await StartAsync(1);
        agent.OnExport = async (_, answers, _) =>
        {
            await answers.WriteAsync(new ExportSnapshotResponse { Chunk = ByteString.CopyFromUtf8("[NV items]\r\n") });
            throw FakeAgent.Failure(StatusCode.DataLoss, "SNAPSHOT_DAMAGED");
        };

        CliRun export = await CliRun.RunAsync(agent, "snapshots", "export", "20261123");

        Assert.NotEqual(0, (int)export.Exit);
        Assert.Equal("", export.Out);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_told_before_the_phone_is_read()
    {
        await using FakeAgent agent = await StartAsync(1);

        CliRun run = await CliRun.RunAsync(agent, "backup", "-o", PathOf("no/where.txt"));

        Assert.Equal(9, (int)run.Exit);
        Assert.Empty(agent.Requests);
    }

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(PathOf(name), TestContext.Current.CancellationToken);

    private static async Task<FakeAgent> StartAsync(params uint[] slotsInSnapshot)
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnStartDump = _ => new StartDumpResponse { Job = Samples.Job(new StartDumpRequest { Slots = { slotsInSnapshot } }) };
        agent.OnWatchJob = Samples.Watch(65536);
        agent.OnGetSnapshot = _ => new GetSnapshotResponse { Snapshot = Samples.Snapshot(slotsInSnapshot) };
        agent.OnExport = async (request, answers, _) =>
        {
            await answers.WriteAsync(new ExportSnapshotResponse { Chunk = ByteString.CopyFromUtf8("[NV items]\r\n") });
            await answers.WriteAsync(new ExportSnapshotResponse { Chunk = ByteString.CopyFromUtf8($"SIM {request.Slot}\r\n") });
        };
        return agent;
    }
}
