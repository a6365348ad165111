using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// The items of snapshots, once for all windows.
public sealed class ItemShelfTests : IAsyncLifetime
{
    private readonly ItemShelf _shelf = new();
    private FakeAgent _agent = null!;
    private AgentLink _link = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _link = AgentLink.Start("local", _agent.Endpoint, TimeProvider.System, NullLogger.Instance);
        _agent.OnReadSnapshot = async (_, answers, _) =>
        {
            await answers.WriteAsync(new ReadSnapshotResponse { Items = { Items.Data(550, "083A", text: "35693803*****09"), Items.NotActive(551) } });
            await answers.WriteAsync(new ReadSnapshotResponse { Items = { Items.NotActive(550, slot: 2) } });
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Two_windows_get_the_same_items_that_were_read_once_and_masked()
    {
        TaskCompletionSource go = new();
        Func<ReadSnapshotRequest, IServerStreamWriter<ReadSnapshotResponse>, ServerCallContext, Task> tell = _agent.OnReadSnapshot;
        _agent.OnReadSnapshot = async (request, answers, context) =>
        {
            await go.Task;
            await tell(request, answers, context);
        };
        Task<ItemSheet> one = _shelf.SnapshotAsync(_link, "snapshots/1", Ct), other = _shelf.SnapshotAsync(_link, "snapshots/1", Ct);
        go.SetResult();

        Assert.Same(await one, await other);
        Assert.Same(await one, await _shelf.SnapshotAsync(_link, "snapshots/1", Ct));
        Assert.Equal([(1u, 550u), (1u, 551u), (2u, 550u)], (await one).Items.ToArray().Select(item => (item.Slot, item.Item)));
        Assert.Equal(new ReadSnapshotRequest { Name = "snapshots/1" }, Assert.Single(_agent.RequestsOf<ReadSnapshotRequest>()));
    }

    [Fact]
    public async Task The_last_ones_are_kept_and_the_one_least_lately_looked_at_goes()
    {
        for (int i = 0; i < ItemShelf.Most; i++)
            await _shelf.SnapshotAsync(_link, $"snapshots/{i}", Ct);
        await _shelf.SnapshotAsync(_link, "snapshots/0", Ct);
        await _shelf.SnapshotAsync(_link, "snapshots/one-more", Ct);
        await _shelf.SnapshotAsync(_link, "snapshots/0", Ct);
        await _shelf.SnapshotAsync(_link, "snapshots/1", Ct);

        Assert.Equal(
            ["snapshots/0", "snapshots/1", "snapshots/2", "snapshots/3", "snapshots/one-more", "snapshots/1"],
            _agent.RequestsOf<ReadSnapshotRequest>().Select(request => request.Name));
    }

    [Fact]
    public async Task What_could_not_be_read_is_asked_for_again()
    {
        Func<ReadSnapshotRequest, IServerStreamWriter<ReadSnapshotResponse>, ServerCallContext, Task> tell = _agent.OnReadSnapshot;
        _agent.OnReadSnapshot = (_, _, _) => throw FakeAgent.Failure(StatusCode.DataLoss, "SNAPSHOT_DAMAGED");
        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => _shelf.SnapshotAsync(_link, "snapshots/1", Ct));
        _agent.OnReadSnapshot = tell;

        Assert.Equal("SNAPSHOT_DAMAGED", fault.Reason);
        Assert.Equal(3, (await _shelf.SnapshotAsync(_link, "snapshots/1", Ct)).Items.Length);
    }

    [Fact]
    public async Task A_window_that_is_closed_ends_its_wait_and_not_that_of_others()
    {
        TaskCompletionSource go = new();
        Func<ReadSnapshotRequest, IServerStreamWriter<ReadSnapshotResponse>, ServerCallContext, Task> tell = _agent.OnReadSnapshot;
        _agent.OnReadSnapshot = async (request, answers, context) =>
        {
            await go.Task;
            await tell(request, answers, context);
        };
        using CancellationTokenSource closed = new();
        Task<ItemSheet> one = _shelf.SnapshotAsync(_link, "snapshots/1", closed.Token), other = _shelf.SnapshotAsync(_link, "snapshots/1", Ct);
        await closed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        go.SetResult();

        Assert.Equal(3, (await other).Items.Length);
        Assert.Single(_agent.RequestsOf<ReadSnapshotRequest>());
    }

    [Fact]
    public async Task Numbers_in_full_are_asked_for_anew_each_time()
    {
        _agent.OnReadSnapshot = (request, answers, _) =>
            answers.WriteAsync(new ReadSnapshotResponse { Items = { Items.Data(550, "083A", text: request.RevealImei ? "356938035643809" : "35693803*****09"), Items.Data(10, "01") } });

        IReadOnlyDictionary<(uint Slot, uint Item), string> texts = await ItemShelf.RevealAsync(_link, "snapshots/1", Ct);
        await ItemShelf.RevealAsync(_link, "snapshots/1", Ct);

        Assert.Equal(new Dictionary<(uint, uint), string> { [(1, 550)] = "356938035643809" }, texts);
        Assert.Equal("35693803*****09", (await _shelf.SnapshotAsync(_link, "snapshots/1", Ct)).Items.Span[0].Text);
        Assert.Equal([true, true, false], _agent.RequestsOf<ReadSnapshotRequest>().Select(request => request.RevealImei));
    }

    [Fact]
    public async Task The_catalogue_is_read_once()
    {
        _agent.OnListCatalogue = () => new ListCatalogueResponse { Items = { new NvItemInfo { Item = 550, Name = "NV_UE_IMEI_I", Group = "identity" } } };

        ItemCatalogue catalogue = await _shelf.CatalogueAsync(_link, Ct);

        Assert.Same(catalogue, await _shelf.CatalogueAsync(_link, Ct));
        Assert.Equal(("NV_UE_IMEI_I", "identity", ItemCatalogue.NoGroup), (catalogue.Name(550), catalogue.Group(550), catalogue.Group(551)));
        Assert.Single(_agent.RequestsOf<ListCatalogueRequest>());
    }
}
