using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>How a state is to be taken: the colour and icon that go with its word.</summary>
public enum Mood
{
    /// <summary>Neither good nor bad.</summary>
    Plain,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Something is under way.</summary>
    Busy,

    /// <summary>Somebody should look.</summary>
    Doubtful,

    /// <summary>Something is broken or lost.</summary>
    Bad,
}

/// <summary>How each state is to be taken.</summary>
public static class Moods
{
    /// <summary>A port's.</summary>
    public static Mood Of(DeviceState state) => state switch
    {
        DeviceState.Ready => Mood.Good,
        DeviceState.Probing => Mood.Busy,
        DeviceState.Unavailable or DeviceState.Disconnected or DeviceState.Unsettled => Mood.Bad,
        _ => Mood.Doubtful,
    };

    /// <summary>An IMEI slot's.</summary>
    public static Mood Of(ImeiSlotState state) => state switch
    {
        ImeiSlotState.Ok => Mood.Good,
        ImeiSlotState.Blank or ImeiSlotState.Generic or ImeiSlotState.Invalid => Mood.Bad,
        ImeiSlotState.Unreadable => Mood.Doubtful,
        _ => Mood.Plain,
    };

    /// <summary>A job's.</summary>
    public static Mood Of(JobState state) => state switch
    {
        JobState.Succeeded => Mood.Good,
        JobState.Running => Mood.Busy,
        JobState.WaitingForPhone => Mood.Doubtful,
        JobState.Failed => Mood.Bad,
        _ => Mood.Plain,
    };

    /// <summary>A restore's.</summary>
    public static Mood Of(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Applied or WriteOutcome.Unchanged => Mood.Good,
        WriteOutcome.Validated => Mood.Plain,
        WriteOutcome.Refused or WriteOutcome.RolledBack => Mood.Doubtful,
        _ => Mood.Bad, // Unknown, not in effect, or not ended.
    };
}
