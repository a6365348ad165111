namespace ImeiAgent.Vault;

/// <summary>How much is kept of traces. Whatever is reached first counts.</summary>
internal sealed record TracesLimits
{
    /// <summary>
    /// Traces in which something failed with a phone, as many more in which something else failed, and as many that went well: a busy bench makes some
    /// hundred calls a day, and the restore that failed yesterday must be pushed out neither by the lists that were looked at since, nor by whoever
    /// has calls refused as fast as they can.
    /// </summary>
    public int TracesOfAKind { get; init; } = 1000;

    /// <summary>
    /// Their spans: room for 2,000 traces of 32 KiB, some 80 spans each; whichever of this and the 3,000 traces above is reached first counts. A full dump has up to 350. Half of it at most is of those in which something
    /// failed with a phone, and nothing else pushes these out.
    /// </summary>
    public long SpanBytes { get; init; } = 64 << 20;

    /// <summary>For as long as a customer takes to come back with the phone.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Spans of one trace, three times what a full dump has.</summary>
    public int SpansOfATrace { get; init; } = 1000;

    /// <summary>How many of these are left for spans that failed and for calls and operations, which end behind all that they are made of.</summary>
    public int SpansSpared { get; init; } = 50;

    /// <summary>Recordings, each of one failure.</summary>
    public int Recordings { get; init; } = 200;

    /// <summary>All recordings together: 200 of 160 KiB.</summary>
    public long RecordingBytes { get; init; } = 32 << 20;

    /// <summary>Spans between two looks at the limits; what is above them until then is at most some MiB.</summary>
    public int SpansUnlooked { get; init; } = 500;
}
