using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;
using MudBlazor;

namespace ImeiAgent.Client.Desktop.Operations;

/// <summary>What is asked before a lease changes hands.</summary>
internal static class LeaseDialogs
{
    // Of a purpose and of a reason, by the contract.
    private const int Longest = 200;

    /// <summary>What for; null when the person thought better of it.</summary>
    public static Task<string?> AskPurposeAsync(IDialogService dialogs, string device) => ReasonDialog.AskAsync(
        dialogs, OperationTexts.TakeTitle.With(Named.Short(device)), OperationTexts.Purpose, OperationTexts.Take, more =>
        {
            more.Add(one => one.Lines, [OperationTexts.TakeMeans]);
            more.Add(one => one.Help, OperationTexts.PurposeHelp);
            more.Add(one => one.Longest, Longest);
        });

    /// <summary>Why; null when the person thought better of it.</summary>
    public static Task<string?> AskWhyStealAsync(IDialogService dialogs, Lease lease) => ReasonDialog.AskAsync(
        dialogs, OperationTexts.StealTitle.With(Named.Short(lease.Device), SafeText.Clean(Words.Holder(lease))), OperationTexts.Reason, OperationTexts.Steal, more =>
        {
            more.Add(one => one.Lines, [OperationTexts.StealFor.With(SafeText.Clean(lease.Holder), SafeText.Clean(lease.Purpose)), OperationTexts.StealMeans]);
            more.Add(one => one.Help, OperationTexts.StealHelp);
            more.Add(one => one.Longest, Longest);
            more.Add(one => one.Grave, true);
        });
}
