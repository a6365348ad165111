using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>How far a restore is.</summary>
public abstract record RestoreState;

/// <summary>A person chooses and types.</summary>
/// <param name="Refused">Why the last check was refused; null when it was not.</param>
/// <param name="Lost">How the lease was lost after a check; null when it was not.</param>
public sealed record Drafting(CallFault? Refused = null, LeaseLostException? Lost = null) : RestoreState;

/// <summary>The agent is asked.</summary>
/// <param name="InLine">Whether somebody else has the phone, and this waits for it.</param>
public sealed record Checking(bool InLine) : RestoreState;

/// <summary>The restore is one that a second person has to approve.</summary>
/// <param name="Refused">The agent's sentence.</param>
/// <param name="RequestId">What is approved.</param>
/// <param name="Approved">The approval; null while nobody gave it.</param>
public sealed record AwaitingApproval(CallFault Refused, string RequestId, Approval? Approved) : RestoreState;

/// <summary>It is known what would be written, and the lease is held.</summary>
/// <param name="Plan">What would be written.</param>
public sealed record Planned(RestorePlan Plan) : RestoreState;

/// <summary>It was sent.</summary>
/// <param name="Run">How it goes, or how it ended.</param>
public sealed record Sent(RestoreRun Run) : RestoreState;

/// <summary>Which lease a check uses.</summary>
/// <param name="Wait">How long to wait in line for it, 0 to 10 min.</param>
/// <param name="Token">Of a lease that this person holds already; 0 to take one.</param>
public readonly record struct LeaseWish(TimeSpan Wait = default, ulong Token = 0);
