using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Vault;

/// <summary>What a job is doing. From <see cref="Succeeded"/> on it has ended.</summary>
public enum JobState
{
    /// <summary>It reads.</summary>
    Running = 1,
    /// <summary>The phone left; the job goes on when it is back.</summary>
    WaitingForPhone = 2,
    /// <summary>Everything was read.</summary>
    Succeeded = 3,
    /// <summary>It gave up.</summary>
    Failed = 4,
    /// <summary>Somebody cancelled it.</summary>
    Cancelled = 5,
}

/// <summary>What a job is to do; it never changes.</summary>
/// <param name="Device">The phone's name.</param>
/// <param name="Identity">Who the phone is.</param>
/// <param name="Request">What was asked, as text that means nothing here; at most 65,536 bytes in UTF-8.</param>
/// <param name="Operator">Who asked.</param>
/// <param name="Total">Items to read, of all slots.</param>
/// <param name="Notes">For a person; no IMEI unmasked.</param>
/// <param name="Traceparent">W3C traceparent of its own trace's first span; empty when nobody traces it.</param>
public sealed record NewJob(
    string Device, PhoneIdentity Identity, string Request, string Operator, int Total, IReadOnlyList<string> Notes, string Traceparent = "");

/// <summary>How far a job has come.</summary>
/// <param name="Done">Items that need no more reading; at least the sum of the others.</param>
/// <param name="Active">Of those: with data.</param>
/// <param name="Absent">Of those: nothing is there.</param>
/// <param name="Skipped">Of those: left out on purpose.</param>
public readonly record struct JobTally(int Done, int Active, int Absent, int Skipped)
{
    internal bool IsSound => Active >= 0 && Absent >= 0 && Skipped >= 0 && (long)Active + Absent + Skipped <= Done;
}

/// <summary>How a job ends.</summary>
/// <param name="State">One of the three ends.</param>
/// <param name="Sha256">The content's hash, 64 lower-case hex digits; empty when there is none.</param>
/// <param name="ErrorReason">Name of the error; empty when none.</param>
/// <param name="ErrorMessage">The same for a person.</param>
/// <param name="Notes">Added to those the job has.</param>
public sealed record JobEnd(
    JobState State, string Sha256, string ErrorReason, string ErrorMessage, IReadOnlyList<string> Notes);

/// <summary>A job without its batches.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Date of the day in UTC and 6 or more hex digits, as in "20261123-3f2a9c".</param>
/// <param name="State">What it is doing.</param>
/// <param name="Device">The phone's name.</param>
/// <param name="Identity">Who the phone was when the job began.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Operator">Who asked.</param>
/// <param name="CreatedAt">When it was made, to the millisecond.</param>
/// <param name="EndedAt">When it ended; null before.</param>
/// <param name="Total">Items to read, of all slots.</param>
/// <param name="Tally">How far it had come with its last batch.</param>
/// <param name="LastSequence">Number of its last batch; 0 before the first.</param>
/// <param name="Reading">Time spent reading until then, summed over all agents that worked on it.</param>
/// <param name="Snapshot">Name of what was kept; empty when nothing was.</param>
/// <param name="Sha256">The content's hash; empty when there is none.</param>
/// <param name="ErrorReason">Name of the error it ended with; empty when none.</param>
/// <param name="ErrorMessage">The same for a person.</param>
/// <param name="Notes">For a person.</param>
/// <param name="Traceparent">W3C traceparent of its own trace's first span; empty when nobody traced it.</param>
public sealed record JobRow(
    long Id, string Name, JobState State, string Device, PhoneIdentity Identity, string Request, string Operator,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, int Total, JobTally Tally, long LastSequence, TimeSpan Reading,
    string Snapshot, string Sha256, string ErrorReason, string ErrorMessage, IReadOnlyList<string> Notes, string Traceparent)
{
    /// <summary>It has ended, for good.</summary>
    public bool IsEnded => EndedAt is not null;
}

/// <summary>No job, or more than one, goes by a name.</summary>
public sealed class JobNotFoundException(string name, IReadOnlyList<string> candidates) : Exception(
    candidates.Count == 0
        ? $"there is no job \"{name}\""
        : $"\"{name}\" is the beginning of several jobs: {string.Join(", ", candidates)}")
{
    /// <summary>The name that was asked for.</summary>
    public string Name { get; } = name;

    /// <summary>The names that begin so, newest first, at most 10; empty when none does.</summary>
    public IReadOnlyList<string> Candidates { get; } = candidates;
}

/// <summary>A job was to be changed after its end.</summary>
public sealed class JobEndedException(JobRow job) : InvalidOperationException($"job {job.Name} ended as {job.State} and cannot be changed")
{
    /// <summary>The job as it ended.</summary>
    public JobRow Job { get; } = job;
}
