using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// Keeps what a repair can ruin, before anything is written: the identity items and what the factory measured on this phone's radio, and the
/// IMEI of both slots.
/// </summary>
internal sealed class IdentityBackup(VaultFile vault, TimeProvider time)
{
    private static readonly NvGroup[] s_groups = [NvGroup.Identity, NvGroup.RfCalibration, NvGroup.Radio];

    /// <summary>
    /// Reads the items and keeps them; returns the vault's name of the snapshot. The slots that are to be written must read as they did
    /// when they were judged: what is overwritten is what was judged and kept. Items that phones of the model do not survive are left out.
    /// </summary>
    /// <exception cref="OperationException">An item was not answered, a slot changed, or the vault failed: there is no backup.</exception>
    public async Task<string> RunAsync(Phone phone, PhoneReading reading, IReadOnlyList<SlotPlan> slots, CancellationToken ct)
    {
        try
        {
            var content = new SnapshotBuilder();
            HashSet<ushort> harmful = [.. vault.Learned.Skips(reading.Identity.Model).Where(s => s.Slot == 1).Select(s => s.Item.Number)];
            foreach (NvItemId item in s_groups.SelectMany(NvCatalogue.InGroup).Select(e => e.Id).Distinct())
            {
                if (harmful.Contains(item.Number) && item != NvItemId.Imei)
                    content.Add(NvReading.LeftOut(1, item));
                else
                    await KeepAsync(1, item);
            }
            if (reading.SecondSimReachable)
                await KeepAsync(2, NvItemId.Imei);
            var header = new NewSnapshot(SnapshotOrigin.BeforeWrite, phone.Name, reading.Identity, ["Identity and RF items, taken before a restore."]);
            SnapshotContent kept = content.Build();
            // The cable may have been moved meanwhile, behind a port that stays open.
            if (IdentityItems.Meid(kept.Find(1, NvItemId.Meid)) is { Length: > 0 } meid && reading.Identity.Meid.Length > 0 && meid != reading.Identity.Meid)
                throw Faults.NotTheSame(phone.Name);
            foreach (SlotReading slot in slots.Select(s => s.Reading))
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
