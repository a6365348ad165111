using System.Globalization;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <content>Jobs and skips.</content>
internal static partial class Faults
{
    public static OperationException JobNotFound(JobNotFoundException e) =>
        new(OperationError.JobNotFound, e.Candidates.Count == 0
            ? $"There is no job \"{e.Name}\". Ended jobs are listed for 30 days."
            : $"\"{e.Name}\" is the beginning of several jobs; name one: {string.Join(", ", e.Candidates)}.", e);

    public static OperationException JobCancelled(string job) => new(OperationError.JobCancelled, $"{job} was cancelled.");

    public static OperationException BatchesGone(string job) =>
        new(OperationError.JobBatchesGone, $"The batches of {job}, which ended more than a day ago, are gone. Its snapshot, if one was kept, has the items.");

    public static OperationException NotBack(string device, TimeSpan limit) =>
        new(OperationError.DeviceDisconnected,
            $"{device} left and did not come back within {Duration(limit)}. Connect it and start the dump again.");

    public static OperationException OtherPhone(string device, PhoneView stranger) =>
        new(OperationError.DumpSourceChanged,
            $"{device} left, and another phone, {stranger.Name}, came to its port {stranger.Port}: two phones are not mixed in one dump. "
            + $"Connect {device}, or start a dump of the other.");

    public static OperationException SourceChanged(string device, PhoneIdentity before, PhoneIdentity now)
    {
        // The ESN stands here in full, and a MEID that is no IMEI: they are what a technician compares with the phone at hand.
        (string What, string Before, string Now)[] all =
        [
            ("model", before.Model, now.Model), ("build", before.Build, now.Build), ("ESN", before.Esn, now.Esn),
            ("MEID", before.Meid, now.Meid), ("compiled", before.Compiled, now.Compiled),
        ];
        string changes = string.Join(", ", all.Where(one => one.Before != one.Now).Select(one => Change(one.What, one.Before, one.Now)));
        return new(OperationError.DumpSourceChanged,
            $"{device} came back as another ({changes}): what it holds now is not mixed with what was read before. Start a new dump.");
    }

    private static string Change(string what, string before, string now)
    {
        // The exception masks them anyhow, and then two that differ may look the same.
        (string was, string isNow) = (FreeText.Masked(before), FreeText.Masked(now));
        return $"{what} was \"{was}\", is {(was == isNow ? "another that differs in what is masked" : $"\"{isNow}\"")}";
    }

    public static OperationException SourceChanged(string device) =>
        new(OperationError.DumpSourceChanged,
            $"What answered at the end is not {device}, which the dump began with: nothing of it is kept. List the devices and start again.");

    public static OperationException NotRecognised(string device) =>
        new(OperationError.DumpSourceChanged,
            $"{device} left during the dump and tells neither ESN nor MEID, so it cannot be known whether the same phone is back. Start a new dump.");

    public static OperationException TooManyJobs(string what, int most) =>
        new(OperationError.DeviceBusy, $"{most} dumps are under way {what}. Wait for one to end, or cancel one: imei jobs list.");

    public static OperationException DumpNotKept(VaultUnavailableException e) =>
        new(OperationError.VaultUnavailable,
            $"What is read can no longer be kept: {e.Message.TrimEnd('.')}. What was kept before stays; an agent that is started again goes on from there.", e);

    public static OperationException SkipNotFound(string model, int slot, int item) =>
        new(OperationError.SkipNotFound, $"Item {item} of SIM {slot} is not on the list of skips of model \"{model}\".");

    private static string Duration(TimeSpan span) => span < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min");
}
