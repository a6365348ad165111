using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Jobs;

/// <summary>What is known of an item of a dump, as the picture shows it. The numbers are those of the browser's colours.</summary>
public enum CellState : byte
{
    /// <summary>It was not read, or not yet.</summary>
    NotRead = 0,

    /// <summary>The phone gave data.</summary>
    Active = 1,

    /// <summary>The phone answered that there is nothing: not active, bad parameter, not defined.</summary>
    Absent = 2,

    /// <summary>The phone refused the request as one that it does not know.</summary>
    Refused = 3,

    /// <summary>Unknown: busy, failed, locked, or never answered.</summary>
    Failed = 4,

    /// <summary>It was not asked for: it is on the list of skips.</summary>
    Skipped = 5,
}

/// <summary>Which answers of a phone are which state.</summary>
public static class CellStates
{
    /// <summary>How many there are.</summary>
    public const int Count = 6;

    /// <summary>
    /// The state by an item's answer. The agent counts by the same rule: <see cref="CellState.Absent"/> and <see cref="CellState.Refused"/> are
    /// what its summary calls absent, <see cref="CellState.Failed"/> what it calls failed.
    /// </summary>
    /// <param name="outcome">How the phone answered; unspecified for not at all yet.</param>
    /// <param name="code">The NV status of an answer, the first byte of a refusal.</param>
    public static CellState Of(NvOutcome outcome, uint code) => (outcome, code) switch
    {
        (NvOutcome.Answered, 0) => CellState.Active,
        (NvOutcome.Answered, 5 or 6 or 8) => CellState.Absent,
        (NvOutcome.Refused, 0x13 or 0x14 or 0x15) => CellState.Refused, // BAD_CMD, BAD_PARM, BAD_LEN
        (NvOutcome.Skipped, _) => CellState.Skipped,
        (NvOutcome.Unspecified, _) => CellState.NotRead,
        _ => CellState.Failed,
    };

    /// <summary>The state in words.</summary>
    public static string Text(CellState state) => state switch
    {
        CellState.Active => JobTexts.CellActive,
        CellState.Absent => JobTexts.CellAbsent,
        CellState.Refused => JobTexts.CellRefused,
        CellState.Failed => JobTexts.CellFailed,
        CellState.Skipped => JobTexts.CellSkipped,
        _ => JobTexts.CellNotRead,
    };
}
