using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>Two snapshots side by side: whether they belong together, and what to beware of.</summary>
public static class SnapshotPair
{
    /// <summary>Whether two snapshots are of one phone; null when they do not tell.</summary>
    public static bool? AreOfOnePhone(Snapshot a, Snapshot b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Serials.AreSame(a.Identity?.Meid, b.Identity?.Meid) ?? Serials.AreSame(a.Identity?.Esn, b.Identity?.Esn) ?? Serials.AreSame(a.Device, b.Device);
    }

    /// <summary>What somebody should know before they draw conclusions from the differences; the weightiest first.</summary>
    public static IReadOnlyList<string> Cautions(Snapshot a, Snapshot b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        List<string> cautions = [];
        bool? same = AreOfOnePhone(a, b);
        if (same == false)
            cautions.Add(NvTexts.CautionTwoPhones);
        if (same is null)
            cautions.Add(NvTexts.CautionMaybeTwoPhones);
        string modelA = a.Identity?.Model ?? "", modelB = b.Identity?.Model ?? "", buildA = a.Identity?.Build ?? "", buildB = b.Identity?.Build ?? "";
        if (modelA != modelB)
            cautions.Add(NvTexts.CautionModels.With(Told(modelA), Told(modelB)));
        else if (buildA != buildB)
            cautions.Add(NvTexts.CautionBuilds.With(Told(buildA), Told(buildB)));
        foreach ((uint[] only, string name) in ((uint[], string)[])[([.. a.Slots.Except(b.Slots)], NvTexts.SideA), ([.. b.Slots.Except(a.Slots)], NvTexts.SideB)])
        {
            if (only.Length > 0)
                cautions.Add(NvTexts.CautionSlots.With(ShellWords.Sims(only), name));
        }
        return cautions;
    }

    private static string Told(string text) => text.Length > 0 ? SafeText.Clean(text) : NvTexts.NotTold;
}
