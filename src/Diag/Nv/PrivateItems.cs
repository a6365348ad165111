namespace ImeiAgent.Diag.Nv;

/// <summary>The items whose data is never recorded: who the phone and its owner are, keys, passwords and lock codes.</summary>
internal static class PrivateItems
{
    private static readonly ulong[] Bits = Load();

    public static bool Contains(NvItemId item) => (Bits[item.Number >> 6] >> (item.Number & 63) & 1) != 0;

    private static ulong[] Load()
    {
        var bits = new ulong[NvItemId.Count / 64];
        foreach (NvEntry entry in NvCatalogue.All)
            if (entry.Group is NvGroup.Identity or NvGroup.Secret or NvGroup.Lock or NvGroup.Subscription or NvGroup.MobileIp)
                bits[entry.Id.Number >> 6] |= 1UL << (entry.Id.Number & 63);
        return bits;
    }
}
