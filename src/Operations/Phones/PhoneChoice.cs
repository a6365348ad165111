namespace ImeiAgent.Operations;

/// <summary>Which phone is meant: as with adb, a name, a unique beginning of it, or a port; nothing when only one is attached.</summary>
internal static class PhoneChoice
{
    /// <summary>Chooses.</summary>
    /// <exception cref="OperationException">None or several fit.</exception>
    public static PhoneView Among(IReadOnlyList<PhoneView> present, string asked)
    {
        IReadOnlyList<PhoneView> fitting = Fitting(present, asked);
        return fitting.Count switch
        {
            0 => throw Faults.DeviceNotFound(asked, present),
            1 => fitting[0],
            _ => throw Faults.DeviceAmbiguous(asked, fitting),
        };
    }

    /// <summary>
    /// Whether waiting cannot change the choice for the better. Without a name, a port that is still being probed may turn out to
    /// be a second phone: to take the first would be to guess.
    /// </summary>
    public static bool IsSettled(IReadOnlyList<PhoneView> present, string asked)
    {
        bool someProbing = present.Any(p => p.State == PhoneState.Probing);
        if (asked.Length == 0 || !someProbing)
            return !someProbing;
        IReadOnlyList<PhoneView> fitting = Fitting(present, asked);
        return fitting.Count > 0 && fitting.All(p => p.State != PhoneState.Probing);
    }

    private static IReadOnlyList<PhoneView> Fitting(IReadOnlyList<PhoneView> present, string asked)
    {
        if (asked.Length == 0)
        {
            // A port that is still being probed may be a phone too: with one of them beside a ready phone, a name is needed.
            PhoneView[] candidates = [.. present.Where(p => p.State is PhoneState.Ready or PhoneState.Probing)];
            return candidates.Length > 0 ? candidates : present.Count == 1 ? present : [];
        }
        string name = asked.StartsWith(PhoneNames.Prefix, StringComparison.Ordinal) ? asked : PhoneNames.Prefix + asked;
        return FirstNotEmpty(
            present.Where(p => p.Name == name),
            present.Where(p => p.Port == asked),
            present.Where(p => p.Name.StartsWith(name, StringComparison.Ordinal)));
    }

    private static PhoneView[] FirstNotEmpty(params ReadOnlySpan<IEnumerable<PhoneView>> choices)
    {
        foreach (IEnumerable<PhoneView> choice in choices)
            if (choice.ToArray() is { Length: > 0 } found)
                return found;
        return [];
    }
}
