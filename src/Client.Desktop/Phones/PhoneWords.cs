using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Phones;

/// <summary>A phone in words.</summary>
public static class PhoneWords
{
    /// <summary>The model, as far as it is known.</summary>
    public static string Title(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Identity?.Model is { Length: > 0 } model ? SafeText.Clean(model) : PhoneTexts.UnknownDevice;
    }

    /// <summary>In which mode the phone's USB is, as far as what its port answers tells; empty when it tells nothing.</summary>
    public static string Mode(DeviceState state) => state switch
    {
        DeviceState.Ready or DeviceState.Unsettled => PhoneTexts.ModeDiag,
        DeviceState.NotDiag => PhoneTexts.ModeAt,
        _ => "",
    };

    /// <summary>How far a backup is, 0 to 100.</summary>
    public static double Percent(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Progress is { Total: > 0 } progress ? 100.0 * progress.Done / progress.Total : 0;
    }

    /// <summary>State and progress of a backup, as in "running, 42 %".</summary>
    public static string Progress(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return PhoneTexts.JobRuns.With(Words.For(job.State), Percent(job));
    }

    /// <summary>A restore of it that is not closed, as in "Restore 17 OPEN: may have been sent".</summary>
    public static string Open(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return PhoneTexts.RestoreIs.With(Named.Short(entry.Name), entry.Result);
    }

    /// <summary>Whether every word of a filter is found in what the page shows of the phone.</summary>
    /// <param name="row">The phone.</param>
    /// <param name="filter">Words, separated by blanks; none fits every phone.</param>
    public static bool Fits(PhoneRow row, string filter)
    {
        ArgumentNullException.ThrowIfNull(row);
        Device device = row.Device;
        return ShellWords.HasWords(filter,
        [
            row.Agent, Title(device), device.Identity?.Build ?? "", device.Name, device.Port, Words.For(device.State), Mode(device.State), Words.Holder(device.Lease), device.Lease?.Purpose ?? "",
            .. device.ImeiSlots.SelectMany(slot => (string[])[slot.Imei, Words.For(slot.State)]), .. row.Open.Select(Open),
        ]);
    }
}
