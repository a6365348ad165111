using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>What a phone's answer to the read of an item says.</summary>
public static class NvAnswers
{
    /// <summary>
    /// The items of a watch with fold_absent one by one, in the order read; what one stands for has its slot and answer, and its own number, 65535 at most.
    /// </summary>
    /// <param name="items">As they came. One that has none further, or that has data, is given as it is.</param>
    /// <exception cref="ArgumentNullException">There are no items.</exception>
    public static IEnumerable<NvItem> Unfolded(this IEnumerable<NvItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (NvItem item in items)
        {
            if (item.Further == 0 || item.HasData)
            {
                yield return item;
                continue;
            }
            // What says that it stands for more than there are numbers is not believed.
            uint last = (uint)Math.Min((ulong)item.Item + item.Further, ushort.MaxValue);
            for (uint number = item.Item; number <= last; number++)
                yield return new NvItem { Item = number, Slot = item.Slot, Outcome = item.Outcome, Status = item.Status, Refusal = item.Refusal };
        }
    }

    extension(NvItem item)
    {
        /// <summary>Whether the phone gave data.</summary>
        public bool HasData => item is { Outcome: NvOutcome.Answered, Status: 0 };

        /// <summary>
        /// Whether the answer settles what the item holds: data, or that it is not there. Not when the phone was busy, failed, stayed silent or kept it
        /// locked. The agent counts a range by the same rule. What is skipped on purpose makes no read incomplete.
        /// </summary>
        public bool IsKnown => item.Outcome switch
        {
            NvOutcome.Answered => item.Status is 0 or 5 or 6 or 8,
            NvOutcome.Refused => item.Refusal is 0x13 or 0x14 or 0x15,
            NvOutcome.Skipped => true,
            _ => false,
        };
    }
}
