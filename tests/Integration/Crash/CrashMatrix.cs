using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>Every step of the journal with every fault.</summary>
internal static class CrashMatrix
{
    // No divisor of the nine faults of a step, so that a sample sees each of them.
    private const int SampleOf = 5;

    /// <summary>All cases of a restore of so many slots; a fifth of them where not everything is to be done.</summary>
    public static TheoryData<JournalState, Fault, PhoneBack, int> Rows(int slots)
    {
        var rows = new TheoryData<JournalState, Fault, PhoneBack, int>();
        foreach (CrashCase one in Effort.Sample(All(slots), SampleOf))
            rows.Add(one.Step, one.Fault, one.Back, one.Write);
        return rows;
    }

    private static IEnumerable<CrashCase> All(int slots) =>
        from step in Enum.GetValues<JournalState>()
        from fault in Enum.GetValues<Fault>()
        from back in Backs(fault)
        let first = new CrashCase(step, fault, back, 1)
        from write in Enumerable.Range(1, first.PhoneDiesAtWrite ? slots : 1)
        select first with { Write = write };

    private static PhoneBack[] Backs(Fault fault) => fault is Fault.PowerLostBeforeStore or Fault.PowerLostAfterStore or Fault.CablePulled
        ? [PhoneBack.InTime, PhoneBack.Late]
        : [PhoneBack.Stays];
}
