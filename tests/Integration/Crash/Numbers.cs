using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;

namespace ImeiAgent.Integration.Crash;

/// <summary>What is restored in these tests, and how item 550 holds it.</summary>
internal static class Numbers
{
    public const string Label1 = "356938035643809", Label2 = "490154203237518";

    /// <summary>The nine bytes of a slot: with the number of its label, lost, and without any.</summary>
    public const string New1 = "083A65390853468390", New2 = "084A09512430325781", Zeros = "000000000000000000", NotActive = "not active";

    /// <summary>What slot 1, and what slot 2 is to hold.</summary>
    public static string New(int slot) => slot == 1 ? New1 : New2;

    /// <summary>The first nine bytes of an item that was read, in hex, or <see cref="NotActive"/>.</summary>
    public static string Held(NvReading? reading) => reading is { IsActive: true } item ? Convert.ToHexString(item.Data.Bytes[..9]) : NotActive;

    /// <summary>A restore of these slots from their labels.</summary>
    public static RestoreRequest Request(string id, IReadOnlyList<int> slots, bool restart = true) => new()
    {
        Slots = [.. slots.Select(slot => new SlotOrder { Slot = slot, Label = slot == 1 ? Label1 : Label2 })],
        Reason = "ticket 4711",
        Evidence = "photo of the label",
        RequestId = id,
        Restart = restart,
        By = Caller.Local("test"),
    };
}
