using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What a dump is to read, of which phone, and what a person is told of that.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="Order">What to read.</param>
/// <param name="Notes">For a person, as on a slot that was left out.</param>
internal sealed record OrderedDump(Phone Phone, JobOrder Order, IReadOnlyList<string> Notes);

/// <summary>Makes an order for a dump of what was asked for: checks it, finds the phone and which of its slots can be read, and chooses the items.</summary>
internal sealed class DumpOrdering(PhoneRegistry phones, VaultFile vault, TimeProvider time)
{
    private static readonly TimeSpan s_defaultWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(24);

    private readonly Identify _identify = new(time);

    /// <summary>The order.</summary>
    /// <exception cref="OperationException">An argument is wrong, the phone is not there, or the vault failed.</exception>
    public async Task<OrderedDump> RunAsync(DumpRequest request, CancellationToken ct)
    {
        // What was asked.
        if (request.WaitLimit is { } limit && (limit < TimeSpan.FromSeconds(1) || limit > s_longestWait))
            throw Faults.Argument("wait_limit", "1 s to 24 h is expected.");
        if (request.Quick && request.Ranges.Count > 0)
            throw Faults.Argument("ranges", "a quick dump chooses its items itself; give no ranges.");
        byte[] slots = DumpPlan.SlotsOf(request.Slots);
        string items = request.Quick ? "" : JobOrder.Text(DumpPlan.ItemsOf(request.Ranges));

        // What the phone offers.
        Phone phone = await phones.RequireAsync(request.Device, ct);
        List<string> notes = [];
        slots = await ReachableAsync(phone, slots, request.SkipUnreachableSlots, notes, ct);

        // What is read.
        int wait = (int)(request.WaitLimit ?? s_defaultWait).TotalSeconds;
        var order = new JobOrder([.. slots.Select(slot => new JobOrder.Part(slot, items))], request.Quick, request.SaveSnapshot, wait);
        if (request.Quick)
        {
            (IReadOnlyList<JobOrder.Part> parts, string note) = QuickChoice.For(phone.Last.Identity.Model, slots, vault);
            order = order with { Slots = parts };
            notes.Add(note);
        }
        return new OrderedDump(phone, order, notes);
    }

    /// <summary>The slots that the phone offers a way to.</summary>
    private async Task<byte[]> ReachableAsync(Phone phone, byte[] slots, bool skip, List<string> notes, CancellationToken ct)
    {
        if (!slots.Contains((byte)2))
            return slots;
        try
        {
            phone.Remember(await _identify.ReadSlotsAsync(phone.Session, ct));
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            throw PhoneFailure.Explain(e, phone);
        }
        if (phone.Last.SecondSimReachable)
            return slots;
        OperationException unreachable = Faults.SlotUnreachable(phone.Name, 2, phone.Last.Slot(2).PhoneAnswer);
        if (!skip || slots.Length == 1)
            throw unreachable;
        notes.Add(unreachable.Message);
        return [1];
    }
}
