using System.Collections;
using System.Globalization;

namespace ImeiAgent.PhoneSimulator;

/// <summary>A set of NV item numbers, 0 to 65535. Its text form is <c>550</c>, <c>0+1943</c>, <c>100-200+550</c> or <c>all</c>.</summary>
public sealed class ItemSet : IEquatable<ItemSet>
{
    private readonly BitArray _members;

    private ItemSet(BitArray members)
    {
        _members = members;
        IsEmpty = !members.HasAnySet();
    }

    /// <summary>No item.</summary>
    public static ItemSet Empty { get; } = new(new BitArray(65536));

    /// <summary>Whether it has no member.</summary>
    public bool IsEmpty { get; }

    /// <summary>The set of some items.</summary>
    public static ItemSet Of(params ReadOnlySpan<int> items)
    {
        var members = new BitArray(65536);
        foreach (int item in items)
            members[item] = true;
        return new ItemSet(members);
    }

    /// <summary>Whether <paramref name="item"/> is a member.</summary>
    public bool Contains(int item) => !IsEmpty && _members[item];

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static ItemSet Parse(string text)
    {
        if (text == "all")
            return new ItemSet(new BitArray(65536, true));
        var members = new BitArray(65536);
        foreach (string part in text.Split('+'))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], out int first) || !TryNumber(ends[^1], out int last) || last < first)
                throw new FormatException($"'{text}' is not a set of items: write 550, 0+1943, 100-200 or all");
            for (int item = first; item <= last; item++)
                members[item] = true;
        }
        return new ItemSet(members);
    }

    /// <inheritdoc/>
    public bool Equals(ItemSet? other)
    {
        if (other is null)
            return false;
        for (int item = 0; item < 65536; item++)
            if (_members[item] != other._members[item])
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ItemSet);

    /// <inheritdoc/>
    public override int GetHashCode() => IsEmpty ? 0 : 1;

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 65535;
}
