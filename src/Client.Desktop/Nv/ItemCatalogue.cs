using System.Collections.Frozen;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>Names, groups and meanings of the items that the agent knows. A phone has thousands of others.</summary>
public sealed class ItemCatalogue
{
    /// <summary>In place of a group: items that the catalogue does not know.</summary>
    public const string NoGroup = "-";

    private readonly FrozenDictionary<uint, NvItemInfo> _known;

    /// <summary>Takes what the agent listed.</summary>
    public ItemCatalogue(IEnumerable<NvItemInfo> items)
    {
        _known = items.ToFrozenDictionary(one => one.Item);
        Groups = [.. _known.Values.Select(one => one.Group).Distinct().OrderBy(NvWords.Group, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The groups, by their words.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>What is known of an item, or null.</summary>
    public NvItemInfo? Find(uint item) => _known.GetValueOrDefault(item);

    /// <summary>Its name; empty when it is not known.</summary>
    public string Name(uint item) => SafeText.Clean(Find(item)?.Name ?? "");

    /// <summary>Its group as the contract calls it; <see cref="NoGroup"/> when it is not known.</summary>
    public string Group(uint item) => Find(item)?.Group ?? NoGroup;

    /// <summary>Whether it holds a key, a password or a code, so that its bytes stay covered until somebody asks.</summary>
    public bool IsSecret(uint item) => Group(item) == "secret";

    /// <summary>Whether it is of one phone only: who it is, or what the factory measured on its radio. Another phone's values ruin it.</summary>
    public bool IsOfOnePhone(uint item) => Group(item) is "identity" or "rf_calibration";
}
