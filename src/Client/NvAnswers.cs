using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>What a phone's answer to the read of an item says.</summary>
public static class NvAnswers
{
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
