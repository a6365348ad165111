namespace ImeiAgent.Session;

/// <summary>What went over the port since the session began. All are counts and only grow.</summary>
public readonly record struct SessionCounters
{
    /// <summary>Frames whose write was begun, repeats included.</summary>
    public long FramesSent { get; init; }

    /// <summary>Frames with a right check, of all kinds.</summary>
    public long FramesReceived { get; init; }

    /// <summary>Frames thrown away: wrong check, too short, too long, aborted.</summary>
    public long BadFrames { get; init; }

    /// <summary>Frames sent again, after a timeout or a bad frame.</summary>
    public long Resent { get; init; }

    /// <summary>Replies to requests whose caller had gone, and second replies to requests that were sent again.</summary>
    public long LateReplies { get; init; }

    /// <summary>Unsolicited packets received.</summary>
    public long Unsolicited { get; init; }

    /// <summary>Unsolicited packets dropped because nobody read them in time.</summary>
    public long UnsolicitedDropped { get; init; }

    /// <summary>Packets that answer nothing and are not of an unsolicited kind.</summary>
    public long Strays { get; init; }
}
