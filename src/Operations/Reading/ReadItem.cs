using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>Reads one NV item.</summary>
public sealed class ReadItem(PhoneRegistry phones, TimeProvider time)
{
    /// <summary>Reads; returns the item and its name in the catalogue, which is empty when it is not known.</summary>
    /// <exception cref="OperationException">An argument is wrong, or the phone is not there or does not answer.</exception>
    public async Task<(NvReading Reading, string Name)> RunAsync(string device, long item, int slot, CancellationToken ct)
    {
        if (item is < 0 or >= NvItemId.Count)
            throw Faults.Argument("item", "0 to 65535 is expected.");
        if (slot is not (1 or 2))
            throw Faults.Argument("slot", "1 or 2 is expected.");
        var id = new NvItemId((ushort)item);
        Phone phone = await phones.RequireAsync(device, ct);
        try
        {
            NvReading reading = NvReading.From((byte)slot, id, await phone.Session.ReadAsync((byte)slot, id, time, ct));
            return (reading, NvCatalogue.Find(id)?.Name ?? "");
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            OperationException why = PhoneFailure.Explain(e, phone);
            phone.KeepRecording(why);
            throw why;
        }
    }
}
