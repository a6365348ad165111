using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class StreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_that_is_silent_for_half_a_minute_is_taken_for_lost()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadRange = async (_, answers, context) =>
        {
            await answers.WriteAsync(new ReadRangeResponse { Header = new ReadHeader { Total = 1 } });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, time);
        await using IAsyncEnumerator<ReadRangeResponse> read = client.ReadRangeAsync(new ReadRangeRequest(), null, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await read.MoveNextAsync());

        ValueTask<bool> next = read.MoveNextAsync();
        time.Advance(TimeSpan.FromSeconds(31));

        AgentException fault = await Assert.ThrowsAsync<AgentException>(async () => await next);
        Assert.Equal(AgentException.ConnectionLost, fault.Reason);
        Assert.Contains("silent", fault.Message, StringComparison.Ordinal);
        Assert.Single(agent.Requests); // Its header named no job: it cannot be taken up, and repeating it would give items twice.
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_file_whose_export_breaks_is_as_one_that_did_not_break_whatever_the_pieces(int breakAt)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        byte[] file = new byte[50_000];
        new Random(3).NextBytes(file);
        int call = 0;
        agent.OnExport = async (_, answers, context) =>
        {
            int size = ++call == 1 ? 10_000 : 7_000;
            for (int piece = 0; piece * size < file.Length; piece++)
            {
                if (call == 1 && piece == breakAt)
                {
                    FakeAgent.Cut(context);
                    throw new RpcException(new Status(StatusCode.Unavailable, "cut"));
                }
                await answers.WriteAsync(new ExportSnapshotResponse { Chunk = ByteString.CopyFrom(file, piece * size, Math.Min(size, file.Length - piece * size)) });
            }
            if (call == 1)
                throw FakeAgent.Failure(StatusCode.Unavailable, "AGENT_STOPPING");
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());

        List<byte> arrived = [];
        await foreach (ExportSnapshotResponse piece in client.ExportSnapshotAsync(new ExportSnapshotRequest { Name = "x" }, Cancellation))
            arrived.AddRange(piece.Chunk.Span);

        Assert.Equal(file, arrived);
        Assert.Equal(2, call);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Items_of_a_snapshot_come_once_each_whatever_breaks_and_however_they_are_cut(int breakAt)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        uint[] items = [.. Enumerable.Range(0, 500).Select(item => (uint)item)];
        int call = 0;
        agent.OnReadSnapshot = async (_, answers, context) =>
        {
            uint[][] batches = [.. items.Chunk(++call == 1 ? 100 : 70)];
            foreach (uint[] batch in batches[..(call == 1 ? breakAt : batches.Length)])
                await answers.WriteAsync(new ReadSnapshotResponse { Items = { batch.Select(item => new NvItem { Item = item, Text = $"{item}" }) } });
            if (call > 1)
                return;
            FakeAgent.Cut(context);
            throw new RpcException(new Status(StatusCode.Unavailable, "cut"));
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());

        List<NvItem> arrived = [];
        await foreach (ReadSnapshotResponse batch in client.ReadSnapshotAsync(new ReadSnapshotRequest { Name = "x", Slots = { 2 } }, Cancellation))
            arrived.AddRange(batch.Items);

        Assert.Equal(items, arrived.Select(item => item.Item));
        Assert.All(arrived, item => Assert.Equal($"{item.Item}", item.Text));
        Assert.Equal(2, call);
        Assert.All(agent.RequestsOf<ReadSnapshotRequest>(), request => Assert.Equal(2u, Assert.Single(request.Slots)));
    }

    [Fact]
    public async Task A_snapshot_that_does_not_exist_is_not_asked_for_again()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadSnapshot = (_, _, _) => throw FakeAgent.Failure(StatusCode.NotFound, "SNAPSHOT_NOT_FOUND");
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());

        AgentException fault = await Assert.ThrowsAsync<AgentException>(async () =>
        {
            await foreach (ReadSnapshotResponse _ in client.ReadSnapshotAsync(new ReadSnapshotRequest { Name = "x" }, Cancellation)) { }
        });

        Assert.Equal("SNAPSHOT_NOT_FOUND", fault.Reason);
        Assert.Single(agent.RequestsOf<ReadSnapshotRequest>());
    }

    [Fact]
    public async Task A_file_arrives_whole_in_pieces_and_its_header_only_in_the_first()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        byte[] file = new byte[600_000];
        new Random(7).NextBytes(file);
        byte[] arrived = [];
        agent.OnImport = pieces =>
        {
            arrived = [.. pieces.SelectMany(piece => piece.Chunk)];
            return new ImportSnapshotResponse { Snapshot = Samples.Snapshot() };
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        ImportSnapshotResponse kept = await client.ImportSnapshotAsync(
            new ImportSnapshotRequest { FileName = "a.txt", Format = SnapshotFormat.NvText, Slot = 2 }, new MemoryStream(file), Cancellation);

        Assert.Equal("snapshots/20261123-3f2a9c", kept.Snapshot.Name);
        Assert.Equal(file, arrived);
        List<ImportSnapshotRequest> pieces = [.. agent.RequestsOf<ImportSnapshotRequest>()];
        Assert.True(pieces.Count > 1);
        Assert.Equal(("a.txt", 2u), (pieces[0].FileName, pieces[0].Slot));
        Assert.All(pieces.Skip(1), piece => Assert.Equal("", piece.FileName));
        Assert.All(pieces, piece => Assert.True(piece.Chunk.Length <= 1024 * 1024));
    }

    [Fact]
    public async Task A_file_that_the_agent_refuses_halfway_is_refused_with_the_agents_reason()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        byte[] file = new byte[8 * 1024 * 1024];
        "REFUSE"u8.CopyTo(file);
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() =>
            client.ImportSnapshotAsync(new ImportSnapshotRequest { FileName = "a.txt" }, new MemoryStream(file), Cancellation));

        Assert.Equal("FILE_INVALID", fault.Reason);
    }
}
