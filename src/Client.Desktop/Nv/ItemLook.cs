using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>How a window looks at items: what is known of them, and which IMEIs a person asked to see.</summary>
/// <param name="Catalogue">Names, groups and meanings.</param>
/// <param name="Revealed">Decoded texts with IMEIs in full, in place of the masked ones.</param>
public sealed record ItemLook(ItemCatalogue Catalogue, IReadOnlyDictionary<(uint Slot, uint Item), string> Revealed)
{
    /// <summary>Nothing revealed.</summary>
    public ItemLook(ItemCatalogue catalogue)
        : this(catalogue, new Dictionary<(uint, uint), string>())
    {
    }

    /// <summary>What the data means; empty when that is not known.</summary>
    public string Text(NvItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Text.Length == 0 ? "" : SafeText.Clean(Revealed.GetValueOrDefault((item.Slot, item.Item), item.Text));
    }
}
