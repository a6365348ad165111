using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>Every step of the journal with every fault.</summary>
internal static class CrashMatrix
{
    /// <summary>All cases of a restore of so many slots.</summary>
    public static TheoryData<JournalState, Fault, PhoneBack, int> Rows(int slots)
    {
        var rows = new TheoryData<JournalState, Fault, PhoneBack, int>();
        foreach (CrashCase one in from step in Enum.GetValues<JournalState>() from fault in Enum.GetValues<Fault>() from back in Backs(fault) select new CrashCase(step, fault, back, 1))
            for (int write = 1; write <= (one.PhoneDiesAtWrite ? slots : 1); write++)
                rows.Add(one.Step, one.Fault, one.Back, write);
        return rows;
    }

    private static PhoneBack[] Backs(Fault fault) => fault is Fault.PowerLostBeforeStore or Fault.PowerLostAfterStore or Fault.CablePulled
        ? [PhoneBack.InTime, PhoneBack.Late]
        : [PhoneBack.Stays];
}
