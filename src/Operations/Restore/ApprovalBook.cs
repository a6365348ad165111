using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// Approvals of restores that the policy leaves to a supervisor. One holds for one request (its id and content), for what the slots held
/// when it was asked for, and for a day. A request id has one journal row at the most, so an approval is used once.
/// </summary>
internal sealed class ApprovalBook(VaultFile vault, TimeProvider time)
{
    /// <summary>The field of a refusal that a supervisor may lift: the request's id.</summary>
    public const string Field = "approval";

    /// <summary>The approval of this request.</summary>
    /// <exception cref="OperationException">There is none: the first of <paramref name="refusals"/>, and a supervisor can now be asked.</exception>
    public Approval Require(RestoreRequest request, Phone phone, IReadOnlyList<SlotPlan> plans, IReadOnlyList<OperationException> refusals)
    {
        byte[] held = Held(phone, plans);
        string digest = request.Digest();
        // A validation asks too: the plan and the write that follows it are one request.
        Approval asked = VaultAccess.Try(() => vault.Approvals.Ask(
            new ApprovalRequest(request.RequestId, digest, phone.Name, held, Question(request, refusals), request.By.Name),
            voidBefore: time.GetUtcNow() - RestorePolicy.ApprovalHolds));
        if (asked.Request.RequestDigest != digest)
            throw Faults.RequestIdReused(request.RequestId);
        if (!asked.IsPending)
            return asked;
        throw new OperationException(refusals[0].Error, $"{refusals[0].Message} A supervisor can approve this request, for 24 hours.")
        {
            Fields = new Dictionary<string, string>(refusals[0].Fields) { [Field] = request.RequestId },
        };
    }

    /// <summary>What to decide. What was found comes whole: where there is no room for both, the words of who asks are cut.</summary>
    private static string Question(RestoreRequest request, IReadOnlyList<OperationException> refusals)
    {
        string found = $" | {string.Join(" ", refusals.Select(r => r.Message.Split(Faults.NothingSent)[0].TrimEnd()))}";
        string asked = $"Asked by {request.By.Name}: {request.Reason}{(request.Evidence.Length > 0 ? $" Evidence: {request.Evidence}" : "")}";
        int room = Math.Max(1, ApprovalRequest.LongestQuestion - found.Length);
        string question = (asked.Length <= room ? asked : $"{asked[..(room - 1)]}…") + found;
        return question[..Math.Min(question.Length, ApprovalRequest.LongestQuestion)];
    }

    private static byte[] Held(Phone phone, IReadOnlyList<SlotPlan> plans)
    {
        // Which phone it is that has no serial numbers is known only while it stays connected.
        List<byte> held = phone.Last.Identity.IsUnique ? [] : [.. phone.Conversation.ToByteArray()];
        foreach (SlotPlan plan in plans)
        {
            SlotContent old = plan.Change.Old;
            held.Add(plan.Reading.Slot);
            held.Add(old.IsActive ? (byte)1 : (byte)0);
            held.AddRange(old.Data.Bytes[..Imei.PackedLength]);
        }
        return [.. held];
    }
}
