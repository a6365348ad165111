using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>A restore of both slots, and what can go wrong with it at each of its steps.</summary>
public sealed class BothSlotsCrashTests
{
    public static TheoryData<JournalState, Fault, PhoneBack, int> Rows => CrashMatrix.Rows(slots: 2);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Both_slots_hold_old_values_or_new_ones_and_the_record_says_which(JournalState step, Fault fault, PhoneBack back, int write)
    {
        await using var bench = new CrashBench(new CrashCase(step, fault, back, write), [1, 2]);
        await bench.RunAsync();
    }
}
