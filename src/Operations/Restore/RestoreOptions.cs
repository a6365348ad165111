namespace ImeiAgent.Operations;

/// <summary>How long a restore has patience with a phone.</summary>
public sealed record RestoreOptions
{
    /// <summary>How long slots that are silent or garbled are read again. Phones are silent for about 10 s after a wrong code.</summary>
    public TimeSpan ReadPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two such reads.</summary>
    public TimeSpan ReadPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a phone that was told to restart may take to leave its port.</summary>
    public TimeSpan RestartPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a phone that went away is waited for. After that the outcome is unknown until it comes.</summary>
    public TimeSpan ReturnLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often an interrupted write is put back before a person has to decide.</summary>
    public int MostPutBacks { get; init; } = 2;
}
