using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>One piece of news.</summary>
/// <param name="Revision">Grows with every change; begins elsewhere when the agent restarts.</param>
public abstract record LiveEvent(ulong Revision);

/// <summary>A phone or port that is new or changed, or that somebody else holds.</summary>
/// <param name="Revision">Of the change.</param>
/// <param name="Phone">As it is.</param>
/// <param name="Lease">The lease on it; null when nobody holds one.</param>
public sealed record PhoneNews(ulong Revision, PhoneView Phone, LeaseView? Lease) : LiveEvent(Revision);

/// <summary>A phone or port that is no longer known.</summary>
/// <param name="Revision">Of the last change of anything.</param>
/// <param name="Name">Its name.</param>
/// <param name="Port">Its port.</param>
public sealed record PhoneGone(ulong Revision, string Name, string Port) : LiveEvent(Revision);

/// <summary>A job that is new or changed.</summary>
/// <param name="Revision">Of the change.</param>
/// <param name="Job">As it is.</param>
public sealed record JobNews(ulong Revision, JobView Job) : LiveEvent(Revision);

/// <summary>What waits for a person: at the beginning, and at every change of it.</summary>
/// <param name="Revision">Of the change.</param>
/// <param name="Counts">As they are.</param>
public sealed record AttentionNews(ulong Revision, AttentionCounts Counts) : LiveEvent(Revision);

/// <summary>All that was there at the beginning has been told.</summary>
/// <param name="Revision">Of the last change.</param>
public sealed record LiveBarrier(ulong Revision) : LiveEvent(Revision);

/// <summary>Nothing changed for a while.</summary>
/// <param name="Revision">Of the last change.</param>
public sealed record LiveHeartbeat(ulong Revision) : LiveEvent(Revision);
