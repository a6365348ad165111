using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>Which items are shown, by how the phone answered.</summary>
public enum ItemShow
{
    /// <summary>Those with data.</summary>
    WithData,

    /// <summary>All that were read.</summary>
    All,

    /// <summary>Those of which it is not known what they hold: busy, failed, locked, never answered.</summary>
    Failed,
}

/// <summary>Which items a person wants to see.</summary>
/// <param name="Slot">1 or 2; 0 for both.</param>
/// <param name="Group">As the contract calls it, or <see cref="ItemCatalogue.NoGroup"/>; empty for all.</param>
/// <param name="Search">What was typed.</param>
public sealed record ItemFilter(uint Slot, string Group, ItemSearch Search)
{
    private const int BetweenLooks = 4096;

    /// <summary>All.</summary>
    public static ItemFilter All { get; } = new(0, "", ItemSearch.Everything);

    /// <summary>Whether an item of a slot can be one of them: the cheap questions.</summary>
    public bool CouldFit(uint slot, uint item, ItemLook look)
    {
        ArgumentNullException.ThrowIfNull(look);
        return (Slot == 0 || Slot == slot) && (Group.Length == 0 || look.Catalogue.Group(item) == Group);
    }

    /// <summary>The items that fit, in their order. 131,072 take a few milliseconds.</summary>
    /// <param name="items">All.</param>
    /// <param name="show">By their answer.</param>
    /// <param name="look">What is known of them.</param>
    /// <param name="cancellation">Another filter is wanted by now.</param>
    public NvItem[] Apply(ReadOnlySpan<NvItem> items, ItemShow show, ItemLook look, CancellationToken cancellation)
    {
        List<NvItem> found = new(show == ItemShow.All && Search.IsEmpty ? items.Length : 0);
        for (int i = 0; i < items.Length; i++)
        {
            if (i % BetweenLooks == 0)
                cancellation.ThrowIfCancellationRequested();
            NvItem item = items[i];
            if (Shows(show, item) && CouldFit(item.Slot, item.Item, look) && Search.Fits(item, look))
                found.Add(item);
        }
        return [.. found];
    }

    /// <summary>The differences that fit: where the search finds either side.</summary>
    /// <param name="differences">All.</param>
    /// <param name="kinds">The wanted kinds.</param>
    /// <param name="look">What is known of the items.</param>
    /// <param name="cancellation">Another filter is wanted by now.</param>
    public Difference[] Apply(IReadOnlyList<Difference> differences, IReadOnlySet<DifferenceKind> kinds, ItemLook look, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentNullException.ThrowIfNull(kinds);
        List<Difference> found = [];
        foreach (Difference one in differences)
        {
            cancellation.ThrowIfCancellationRequested();
            if (kinds.Contains(one.Kind) && CouldFit(one.Slot, one.Item, look)
                && ((one.A is { } a && Search.Fits(a, look)) || (one.B is { } b && Search.Fits(b, look))))
            {
                found.Add(one);
            }
        }
        return [.. found];
    }

    private static bool Shows(ItemShow show, NvItem item) => show switch
    {
        ItemShow.WithData => item.HasData,
        ItemShow.Failed => !item.IsKnown,
        _ => true,
    };
}
