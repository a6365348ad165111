namespace ImeiAgent.Vault;

/// <summary>Something somebody did. IMEIs come masked by the caller; SPC and passwords never come.</summary>
/// <param name="Operator">Who.</param>
/// <param name="Action">What, as in "restore-imei".</param>
/// <param name="Device">To which phone; empty when to none.</param>
/// <param name="Outcome">How it ended, as in "applied".</param>
/// <param name="Detail">More, for a person.</param>
public sealed record AuditEntry(string Operator, string Action, string Device, string Outcome, string Detail)
{
    /// <summary>The operator's lasting id, as in "clients/3f2a9c1b"; empty for the agent itself.</summary>
    public string Client { get; init; } = "";

    /// <summary>The machine it was asked from, as in "192.0.2.7"; "local" for the agent's own; empty for the agent itself.</summary>
    public string Station { get; init; } = "";

    /// <summary>Trace id of the call, 32 hex digits; empty for none.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>Journal row of a restore, as in "journal/17"; else empty.</summary>
    public string Journal { get; init; } = "";
}

/// <summary>An entry in its place in the chain.</summary>
/// <param name="Id">Counted from 1 without gaps.</param>
/// <param name="At">When, to the millisecond.</param>
/// <param name="Entry">What happened.</param>
/// <param name="Hash">SHA-256 over the hash before and this row, 64 lower-case hex digits.</param>
public sealed record AuditRow(long Id, DateTimeOffset At, AuditEntry Entry, string Hash);

/// <summary>What a check of the whole chain found.</summary>
/// <param name="Rows">How many rows were checked.</param>
/// <param name="FirstBadRow">Number of the first row that was changed or is missing; null when the chain holds.</param>
/// <param name="Why">What is wrong with it; empty when nothing.</param>
/// <param name="Head">
/// The last good row's hash; 64 zeros when there is none. The chain cannot tell that rows were cut off its end: whoever wants to know
/// writes the head down elsewhere.
/// </param>
public sealed record AuditVerdict(long Rows, long? FirstBadRow, string Why, string Head)
{
    /// <summary>Every row is as it was written.</summary>
    public bool IsIntact => FirstBadRow is null;
}
