using System.Globalization;
using Google.Protobuf;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>A restore in words.</summary>
internal static class RestoreWords
{
    /// <summary>Bytes, as in "08 3A 65".</summary>
    public static string Hex(ByteString bytes) => string.Join(' ', bytes.Select(one => one.ToString("X2", CultureInfo.InvariantCulture)));

    /// <summary>A byte; a dash for none.</summary>
    public static string Hex(byte? one) => one is { } value ? value.ToString("X2", CultureInfo.InvariantCulture) : "–";

    /// <summary>A number in the groups that labels print: 8, 6 and the check digit.</summary>
    public static string Grouped(string imei) => imei.Length == 15 ? $"{imei[..8]} {imei[8..14]} {imei[14..]}" : SafeText.Clean(imei);

    /// <summary>What a refusal means, in a sentence; null for a reason that explains itself.</summary>
    public static string? Meaning(string reason) => RestoreTexts.ResourceManager.GetString("Why_" + reason, CultureInfo.InvariantCulture);

    /// <summary>What to do about it; null when there is nothing.</summary>
    public static string? Remedy(string reason) => RestoreTexts.ResourceManager.GetString("Do_" + reason, CultureInfo.InvariantCulture);

    /// <summary>A phase, before it was reached and after.</summary>
    public static string For(WritePhase phase) => phase switch
    {
        WritePhase.Checked => RestoreTexts.PhaseChecked,
        WritePhase.BackedUp => RestoreTexts.PhaseBackedUp,
        WritePhase.Intent => RestoreTexts.PhaseIntent,
        WritePhase.Sent => RestoreTexts.PhaseSent,
        WritePhase.ReadBack => RestoreTexts.PhaseReadBack,
        WritePhase.Reset => RestoreTexts.PhaseReset,
        WritePhase.ReRead => RestoreTexts.PhaseReRead,
        WritePhase.Closed => RestoreTexts.PhaseClosed,
        _ => Words.For(phase),
    };
}
