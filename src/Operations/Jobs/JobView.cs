using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>A job as it is at a moment.</summary>
/// <param name="Name">Full name, as in "jobs/20261123-3f2a9c".</param>
/// <param name="State">What it does.</param>
/// <param name="Device">The phone's name.</param>
/// <param name="Identity">Who the phone was when the job began.</param>
/// <param name="Slots">SIM slots, in order.</param>
/// <param name="Quick">Whether it reads only what was active before.</param>
/// <param name="Operator">Who started it.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="EndedAt">When it ended; null before.</param>
/// <param name="Progress">How far it has come.</param>
/// <param name="Hint">What a person should do while it waits; else empty.</param>
/// <param name="WaitUntil">Until when it waits for the phone; null unless it waits.</param>
/// <param name="Notes">Notes for a person.</param>
/// <param name="Summary">What was read; null before it succeeded.</param>
/// <param name="Error">Why it failed or was cancelled; null otherwise.</param>
public sealed record JobView(
    string Name, JobState State, string Device, PhoneIdentity Identity, IReadOnlyList<byte> Slots, bool Quick, string Operator,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, DumpProgress Progress, string Hint, DateTimeOffset? WaitUntil,
    IReadOnlyList<string> Notes, DumpSummary? Summary, OperationException? Error)
{
    /// <summary>W3C traceparent of its own trace's first span; empty when nobody traced it.</summary>
    public string Traceparent { get; init; } = "";

    /// <summary>It does not change any more.</summary>
    public bool HasEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">Newest first.</param>
/// <param name="NextPageToken">Empty at the end.</param>
public sealed record JobPage(IReadOnlyList<JobView> Jobs, string NextPageToken);
