using ImeiAgent.Client.Desktop.Shell;

namespace ImeiAgent.Client.Desktop.Phones;

/// <summary>What kind of thing happened to a phone.</summary>
public enum HistoryKind
{
    /// <summary>What it held was kept.</summary>
    Snapshot,

    /// <summary>It was read.</summary>
    Job,

    /// <summary>Its IMEI was restored, or was to be.</summary>
    Restore,

    /// <summary>Somebody did or was refused something.</summary>
    Audit,
}

/// <summary>One thing that happened to a phone.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Name">Tells it from others of its kind.</param>
/// <param name="At">When it began.</param>
/// <param name="Text">What, for a person.</param>
/// <param name="State">How it ended or stands, in a word or two.</param>
/// <param name="Mood">How that is to be taken.</param>
/// <param name="By">Who; may be empty.</param>
/// <param name="Href">Its page; null when the role may not see it.</param>
public sealed record HistoryEntry(HistoryKind Kind, string Name, DateTimeOffset At, string Text, string State, Mood Mood, string By, string? Href);
