using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>What a dry run found: what the phone holds at this moment, and what would be written.</summary>
/// <param name="Request">The request that was checked, with the etags of what was found.</param>
/// <param name="Receipt">What the agent would do, numbers in full: a person has to compare them.</param>
/// <param name="Slots">Each slot that would be written.</param>
public sealed record RestorePlan(WriteImeiRequest Request, WriteReceipt Receipt, IReadOnlyList<PlannedSlot> Slots)
{
    /// <summary>How many digits of each number a person types: that makes them look at it, which a click does not.</summary>
    public const int Asked = 4;

    /// <summary>Whether there is something to write.</summary>
    public bool Writes => Receipt.Outcome == WriteOutcome.Validated;

    /// <summary>Never tells the numbers.</summary>
    public override string ToString() => $"plan of {Request.RequestId}";

    /// <summary>
    /// Asks the phone and the agent; writes nothing. What a supervisor approves of it is approved of the write, since both are one request.
    /// </summary>
    /// <param name="client">The agent.</param>
    /// <param name="request">The request, without etags.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="AgentException">The refusal, or the connection broke.</exception>
    public static async Task<RestorePlan> MakeAsync(AgentClient client, WriteImeiRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        request = new WriteImeiRequest(request);
        ReadImeiResponse now = await client.ReadImeiAsync(new() { Device = request.Device, RevealImei = true }, cancellation);
        foreach (SlotSource source in request.Slots)
            source.Etag = Find(now, source.Slot).Etag;

        WriteReceipt receipt = await client.PlanWriteAsync(request, reveal: true, cancellation);
        List<PlannedSlot> slots = [];
        if (receipt.Outcome == WriteOutcome.Validated)
            foreach (SlotReceipt planned in receipt.EverySlot)
            {
                ReadItemRequest item = new() { Device = request.Device, Item = PlannedSlot.Item, Slot = planned.Slot };
                slots.Add(new PlannedSlot(planned, Find(now, planned.Slot), (await client.ReadItemAsync(item, cancellation)).Item));
            }
        return new RestorePlan(request, receipt, slots);
    }

    private static ImeiSlot Find(ReadImeiResponse now, uint slot) => now.Slots.FirstOrDefault(held => held.Slot == slot) ?? new ImeiSlot { Slot = slot };
}

/// <summary>One slot of it.</summary>
/// <param name="New">What would be written.</param>
/// <param name="Now">What the slot holds.</param>
/// <param name="NowItem">The same as the phone gives the item.</param>
public sealed record PlannedSlot(SlotReceipt New, ImeiSlot Now, NvItem NowItem)
{
    /// <summary>The item that holds a slot's number.</summary>
    public const uint Item = 550;

    /// <summary>How many of its 128 bytes that takes.</summary>
    public const int Length = 9;

    /// <summary>SIM slot, 1 or 2.</summary>
    public uint Slot => New.Slot;

    /// <summary>What the item holds there now; null when it was never written.</summary>
    /// <param name="index">0 to 8.</param>
    public byte? Old(int index) => NowItem.Data.Length > index ? NowItem.Data[index] : null;

    /// <summary>What will be there.</summary>
    /// <param name="index">0 to 8.</param>
    public byte? Wanted(int index) => New.NewBytes.Length > index ? New.NewBytes[index] : null;

    /// <summary>What a person types to confirm it.</summary>
    public string LastDigits => New.NewImei.Length >= RestorePlan.Asked ? New.NewImei[^RestorePlan.Asked..] : "";

    /// <summary>Whether that was typed. Where there are no digits nothing confirms it.</summary>
    public bool IsConfirmedBy(string? typed) => LastDigits.Length == RestorePlan.Asked && typed?.Trim() == LastDigits;

    /// <summary>Never tells the numbers.</summary>
    public override string ToString() => $"SIM {Slot}";
}
