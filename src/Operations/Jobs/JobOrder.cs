using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImeiAgent.Operations;

/// <summary>
/// What a job reads, as it is kept in the vault: an agent that is started again goes on with the same items in the same order.
/// </summary>
/// <param name="Slots">SIM slots, in order, and the items of each: "0-65535,10".</param>
/// <param name="Quick">Whether the items were chosen by earlier snapshots.</param>
/// <param name="SaveSnapshot">Keep what was read.</param>
/// <param name="WaitSeconds">How long to wait for the phone each time it leaves.</param>
internal sealed record JobOrder(IReadOnlyList<JobOrder.Part> Slots, bool Quick, bool SaveSnapshot, int WaitSeconds)
{
    /// <summary>One slot.</summary>
    /// <param name="Slot">From 1.</param>
    /// <param name="Items">Items and ranges of them, none twice.</param>
    internal sealed record Part(byte Slot, string Items);

    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Two orders with the same text ask for the same.</summary>
    public string ToKey() => (this with { WaitSeconds = 0 }).ToJson();

    public static JobOrder Parse(string json) => JsonSerializer.Deserialize<JobOrder>(json)
        ?? throw new InvalidDataException("The vault holds a job without an order.");

    /// <summary>The text of items in this order; runs of neighbours become ranges.</summary>
    public static string Text(IEnumerable<ushort> items)
    {
        var text = new StringBuilder();
        int first = -1, last = -1;
        foreach (ushort item in items)
        {
            if (item == last + 1 && first >= 0)
            {
                last = item;
                continue;
            }
            Close();
            first = last = item;
        }
        Close();
        return text.ToString();

        void Close()
        {
            if (first < 0)
                return;
            if (text.Length > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first)
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
        }
    }

    /// <summary>The items of a text.</summary>
    public static IEnumerable<ushort> Items(string text)
    {
        foreach (string piece in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = piece.Split('-');
            int last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            for (int item = int.Parse(ends[0], CultureInfo.InvariantCulture); item <= last; item++)
                yield return (ushort)item;
        }
    }
}
