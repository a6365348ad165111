using System.Runtime.CompilerServices;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>
/// The items of the snapshots that windows looked at last, once for all windows: the last 4, about 10 MiB each. IMEIs in their texts are masked. And the
/// agents' catalogues. Safe for use by several threads.
/// </summary>
public sealed class ItemShelf
{
    /// <summary>How many snapshots are kept.</summary>
    public const int Most = 4;

    private readonly Lock _gate = new();
    private readonly List<Kept> _kept = []; // What was asked for last is last.
    private readonly ConditionalWeakTable<AgentLink, Task<ItemCatalogue>> _catalogues = [];

    /// <summary>The items of a snapshot, which never change. Whoever is asked first reads it from the agent, which notes that in its audit.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="snapshot">The snapshot's full name.</param>
    /// <param name="cancellation">Ends the wait, not the reading: another window may want it.</param>
    /// <exception cref="AgentException">They could not be read; the next call tries again.</exception>
    public Task<ItemSheet> SnapshotAsync(AgentLink link, string snapshot, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        lock (_gate)
        {
            Kept? kept = _kept.Find(one => ReferenceEquals(one.Link, link) && one.Snapshot == snapshot && !one.Sheet.IsFaulted);
            kept ??= new Kept(link, snapshot, Task.Run(() => ReadAsync(link, snapshot)));
            _kept.RemoveAll(one => one.Sheet.IsFaulted || ReferenceEquals(one, kept));
            _kept.Add(kept);
            if (_kept.Count > Most)
                _kept.RemoveAt(0);
            return kept.Sheet.WaitAsync(cancellation);
        }
    }

    /// <summary>The agent's catalogue, which is the same as long as it runs.</summary>
    /// <exception cref="AgentException">It could not be read; the next call tries again.</exception>
    public Task<ItemCatalogue> CatalogueAsync(AgentLink link, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        lock (_gate)
        {
            if (!_catalogues.TryGetValue(link, out Task<ItemCatalogue>? read) || read.IsFaulted)
                _catalogues.AddOrUpdate(link, read = Task.Run(() => ReadAsync(link)));
            return read.WaitAsync(cancellation);
        }
    }

    /// <summary>The decoded texts of a snapshot with IMEIs in full, for a person who asked to see them. They are not kept.</summary>
    /// <exception cref="AgentException">They could not be read.</exception>
    public static async Task<IReadOnlyDictionary<(uint Slot, uint Item), string>> RevealAsync(AgentLink link, string snapshot, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        Dictionary<(uint, uint), string> texts = [];
        ReadSnapshotRequest request = new() { Name = snapshot, ActiveOnly = true, RevealImei = true };
        await foreach (ReadSnapshotResponse batch in link.Client.ReadSnapshotAsync(request, cancellation))
        {
            foreach (NvItem item in batch.Items.Where(item => item.Text.Length > 0))
                texts[(item.Slot, item.Item)] = item.Text;
        }
        return texts;
    }

    private static async Task<ItemSheet> ReadAsync(AgentLink link, string snapshot)
    {
        ItemSheet sheet = new();
        await foreach (ReadSnapshotResponse batch in link.Client.ReadSnapshotAsync(new ReadSnapshotRequest { Name = snapshot }, CancellationToken.None))
            sheet.Add(batch.Items);
        return sheet;
    }

    private static async Task<ItemCatalogue> ReadAsync(AgentLink link) => new((await link.Client.ListCatalogueAsync(CancellationToken.None)).Items);

    private sealed record Kept(AgentLink Link, string Snapshot, Task<ItemSheet> Sheet);
}
