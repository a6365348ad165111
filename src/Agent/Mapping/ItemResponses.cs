using System.Text.Json;
using ImeiAgent.Diag.Nv;
using ImeiAgent.V1;
using NvItem = ImeiAgent.V1.NvItem;

namespace ImeiAgent.Agent.Mapping;

/// <summary>Many NV items, in the words of the contract: the known ones, and those of a snapshot.</summary>
internal static class ItemResponses
{
    // With the item that comes on top a batch stays below the 64 KiB that the contract tells.
    private const int FullBatch = 48 * 1024;

    /// <summary>The catalogue, which never changes.</summary>
    public static ListCatalogueResponse Catalogue { get; } = new() { Items = { NvCatalogue.All.Select(ToProto) } };

    /// <summary>Items as they are streamed, each with its meaning.</summary>
    public static IEnumerable<ReadSnapshotResponse> InBatches(this IEnumerable<NvReading> readings, bool reveal)
    {
        var batch = new ReadSnapshotResponse();
        int size = 0;
        foreach (NvReading reading in readings)
        {
            NvItem item = reading.ToProto(reveal);
            batch.Items.Add(item);
            size += item.CalculateSize() + 3; // A tag and a length of up to two bytes.
            if (size < FullBatch)
                continue;
            yield return batch;
            (batch, size) = (new ReadSnapshotResponse(), 0);
        }
        if (batch.Items.Count > 0)
            yield return batch;
    }

    private static NvItemInfo ToProto(NvEntry entry) => new()
    {
        Item = entry.Id.Number,
        Name = entry.Name,
        Size = (uint)(entry.Size ?? 0),
        Group = JsonNamingPolicy.SnakeCaseLower.ConvertName(entry.Group.ToString()),
        Meaning = entry.Meaning,
    };
}
