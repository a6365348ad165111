using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Keeps what tells who a phone is, before anything is written to it: the identity items, and the IMEI of both slots.</summary>
internal sealed class IdentityBackup(VaultFile vault, TimeProvider time)
{
    /// <summary>
    /// Reads the items and keeps them; returns the vault's name of the snapshot. The slot that is to be written must read as it did
    /// when it was judged: what is overwritten is what was judged and kept.
    /// </summary>
    /// <exception cref="OperationException">An item was not answered, the slot changed, or the vault failed: there is no backup.</exception>
    public async Task<string> RunAsync(Phone phone, PhoneReading reading, SlotReading slot, CancellationToken ct)
    {
        try
        {
            var content = new SnapshotBuilder();
            foreach (NvEntry entry in NvCatalogue.InGroup(NvGroup.Identity))
                await KeepAsync(1, entry.Id);
            if (reading.SecondSimReachable)
                await KeepAsync(2, NvItemId.Imei);
            var header = new NewSnapshot(SnapshotOrigin.BeforeWrite, phone.Name, reading.Identity, ["Identity items, taken before a restore."]);
            SnapshotContent kept = content.Build();
            if (kept.Find(slot.Slot, NvItemId.Imei) != NvReading.From(slot.Slot, NvItemId.Imei, slot.Content.Reply))
                throw Faults.EtagMismatch(phone.Name, slot.Slot);
            return vault.Snapshots.Save(header, kept).Name;

            async Task KeepAsync(byte of, NvItemId item) =>
                content.Add(NvReading.From(of, item, await phone.Session.ReadAsync(of, item, time, ct)));
        }
        catch (SessionBrokenException e)
        {
            throw PhoneFailure.Explain(e, phone);
        }
        catch (Exception e) when (e is VaultUnavailableException || PhoneFailure.Is(e))
        {
            throw Faults.NoBackup(phone.Name, e);
        }
    }
}
