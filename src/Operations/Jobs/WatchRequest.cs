namespace ImeiAgent.Operations;

/// <summary>What of a job's items a watcher wants.</summary>
public sealed record WatchRequest
{
    /// <summary>The first batch wanted; 0 and 1 mean from the beginning.</summary>
    public long FromSequence { get; init; }

    /// <summary>Only batches yet to come.</summary>
    public bool FromNow { get; init; }

    /// <summary>Leave out what is not there; it is still counted and kept.</summary>
    public bool SkipAbsent { get; init; }

    /// <summary>Neighbours that are not there, and were answered alike, are told as one.</summary>
    public bool FoldAbsent { get; init; }

    /// <summary>Give no batches.</summary>
    public bool OmitItems { get; init; }
}
