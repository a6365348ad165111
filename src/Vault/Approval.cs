namespace ImeiAgent.Vault;

/// <summary>A write that is refused unless a second person allows it.</summary>
/// <param name="RequestId">The client's id of the request; unique.</param>
/// <param name="RequestDigest">SHA-256 of what was asked: a grant is for that and nothing else.</param>
/// <param name="Device">The phone's name.</param>
/// <param name="Held">What the phone's slots hold, packed by the caller: a grant is void once they hold something else. 0 to 512 bytes.</param>
/// <param name="Question">What to decide, for a person; no IMEI unmasked; at most 1,000 characters.</param>
/// <param name="AskedBy">Who wants to write.</param>
public sealed record ApprovalRequest(string RequestId, string RequestDigest, string Device, byte[] Held, string Question, string AskedBy)
{
    /// <summary>The most bytes <see cref="Held"/> may have.</summary>
    public const int MostHeld = 512;

    /// <summary>The most characters <see cref="Question"/> may have.</summary>
    public const int LongestQuestion = 1000;

    /// <summary>Says nothing of the bytes: item data is never logged.</summary>
    public override string ToString() => $"approval of {RequestId} to {Device}";
}

/// <summary>A question, and the answer once there is one.</summary>
/// <param name="Request">What is to be allowed.</param>
/// <param name="AskedAt">When it was asked, to the millisecond.</param>
/// <param name="ApprovedBy">Who allowed it; empty while pending.</param>
/// <param name="ApprovedAt">When, to the millisecond; null while pending.</param>
/// <param name="Reason">That person's words; empty while pending.</param>
public sealed record Approval(ApprovalRequest Request, DateTimeOffset AskedAt, string ApprovedBy, DateTimeOffset? ApprovedAt, string Reason)
{
    /// <summary>Nobody has allowed it.</summary>
    public bool IsPending => ApprovedAt is null;
}
