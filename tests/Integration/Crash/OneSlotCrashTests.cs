using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>A restore of one slot, and what can go wrong with it at each of its steps.</summary>
public sealed class OneSlotCrashTests
{
    public static TheoryData<JournalState, Fault, PhoneBack, int> Rows => CrashMatrix.Rows(slots: 1);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_slot_holds_the_old_value_or_the_new_and_the_record_says_which(JournalState step, Fault fault, PhoneBack back, int write)
    {
        await using var bench = new CrashBench(new CrashCase(step, fault, back, write), [1]);
        await bench.RunAsync();
    }
}
