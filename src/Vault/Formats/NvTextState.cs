using System.Text;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Vault.Formats;

/// <summary>
/// The state words of the text format and what they stand for.
/// <code>
/// word             written for                                      read as
/// OK               NV_DONE                                          NV_DONE
/// Inactive item    NV_NOTACTIVE                                     NV_NOTACTIVE
/// Parameter bad    NV_BADPARM, NV_BADTG                             NV_BADPARM
/// Access denied    every refusal packet, every other NV status      refusal BAD_PARM
/// Skipped          an item that was left out on purpose             the same
/// </code>
/// The format has no words for other NV statuses: the old programs fold them into these, and so do we; the snapshot keeps the true code.
/// Old programs wrote "Access denied" for any refusal, which was mostly BAD_PARM and need not have been a matter of access. An item that
/// never answered has no word and no entry: nothing is known of it. "Skipped" is our own word, for which the old programs have none: those
/// that read entries without data ignore the word, as long as it does not hold "OK".
/// </summary>
internal static class NvTextState
{
    private static readonly (string Word, NvOutcome Outcome, ushort Code)[] Readings =
    [
        ("OK", NvOutcome.Answered, (ushort)NvStatus.Done),
        ("Inactive item", NvOutcome.Answered, (ushort)NvStatus.NotActive),
        ("Parameter bad", NvOutcome.Answered, (ushort)NvStatus.BadParameter),
        ("Access denied", NvOutcome.Refused, (ushort)RefusalCode.BadParameter),
        ("Skipped", NvOutcome.Skipped, 0),

        // What other programs and people write.
        ("Inactive", NvOutcome.Answered, (ushort)NvStatus.NotActive),
        ("Item inactive", NvOutcome.Answered, (ushort)NvStatus.NotActive),
        ("Not active", NvOutcome.Answered, (ushort)NvStatus.NotActive),
        ("Bad parameter", NvOutcome.Answered, (ushort)NvStatus.BadParameter),
        ("Bad param", NvOutcome.Answered, (ushort)NvStatus.BadParameter),
        ("Item was read-only", NvOutcome.Answered, (ushort)NvStatus.ReadOnly),
        ("Read-only", NvOutcome.Answered, (ushort)NvStatus.ReadOnly),
        ("Read only", NvOutcome.Answered, (ushort)NvStatus.ReadOnly),
        ("Busy", NvOutcome.Answered, (ushort)NvStatus.Busy),
        ("Bad command", NvOutcome.Answered, (ushort)NvStatus.BadCommand),
        ("Failed", NvOutcome.Answered, (ushort)NvStatus.Fail),
    ];

    /// <summary>The word for a reading; null when it has no entry in the file.</summary>
    public static string? Word(in NvReading reading) => (reading.Outcome, (NvStatus)reading.Code) switch
    {
        (NvOutcome.Answered, NvStatus.Done) => "OK",
        (NvOutcome.Answered, NvStatus.NotActive) => "Inactive item",
        (NvOutcome.Answered, NvStatus.BadParameter or NvStatus.BadTarget) => "Parameter bad",
        (NvOutcome.Answered or NvOutcome.Refused, _) => "Access denied",
        (NvOutcome.Skipped, _) => "Skipped",
        _ => null,
    };

    /// <summary>What a word says, in any case of letters; null when unknown.</summary>
    public static (NvOutcome Outcome, ushort Code)? Read(ReadOnlySpan<byte> word)
    {
        foreach ((string known, NvOutcome outcome, ushort code) in Readings)
        {
            if (Ascii.EqualsIgnoreCase(word, known))
                return (outcome, code);
        }
        return null;
    }
}
