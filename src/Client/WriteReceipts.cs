using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>What a receipt says, whether of one slot or of both.</summary>
public static class WriteReceipts
{
    extension(WriteReceipt receipt)
    {
        /// <summary>Each slot of the restore, in order; of an agent that knows one slot only, that one.</summary>
        public IReadOnlyList<SlotReceipt> EverySlot => receipt.Slots.Count > 0 ? receipt.Slots : [First(receipt)];
    }

    private static SlotReceipt First(WriteReceipt receipt) => new()
    {
        Slot = receipt.Slot,
        OldState = receipt.OldState,
        OldImei = receipt.OldImei,
        NewImei = receipt.NewImei,
        NewBytes = receipt.NewBytes,
        CheckDigitComputed = receipt.CheckDigitComputed,
        SourceSnapshot = receipt.SourceSnapshot,
    };
}
