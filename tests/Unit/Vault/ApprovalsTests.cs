using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class ApprovalsTests : IDisposable
{
    private static readonly ApprovalRequest s_request = new(
        "r-1", new string('a', 64), "phone-1", [1, 2, 3], "SIM 1 holds 49015420*****18. Replace it?", "ana");

    private readonly VaultRoom _room = new();

    private Approvals Approvals => _room.Vault.Approvals;

    [Fact]
    public void A_question_is_kept_as_it_was_asked()
    {
        Approval asked = Approvals.Ask(s_request);
        _room.Close();

        Assert.Equivalent(s_request, Approvals.Find("r-1")!.Request, strict: true);
        Assert.Equivalent(asked, Approvals.Find("r-1"), strict: true);
        Assert.Equal((true, _room.Time.GetUtcNow()), (asked.IsPending, asked.AskedAt));
        Assert.Equal(("", null, ""), (asked.ApprovedBy, asked.ApprovedAt, asked.Reason));
        Assert.Null(Approvals.Find("r-2"));
    }

    [Fact]
    public void A_grant_is_kept_as_it_was_given_first()
    {
        Approvals.Ask(s_request);
        _room.Time.Advance(TimeSpan.FromMinutes(1));
        Approval granted = Approvals.Grant("r-1", "bob", "label seen")!;
        _room.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(("bob", "label seen", false), (granted.ApprovedBy, granted.Reason, granted.IsPending));
        Assert.Equal(TimeSpan.FromMinutes(1), granted.ApprovedAt - granted.AskedAt);
        Assert.Equivalent(granted, Approvals.Grant("r-1", "eve", "me too"), strict: true);
        _room.Close();
        Assert.Equivalent(granted, Approvals.Find("r-1"), strict: true);
    }

    [Fact]
    public void What_was_not_asked_is_not_granted()
    {
        Assert.Null(Approvals.Grant("r-1", "bob", ""));
        Assert.Throws<ArgumentException>(() => Approvals.Grant("r-1", "", "because"));
        Assert.Empty(Approvals.List(pendingOnly: false, 10));
    }

    [Fact]
    public void The_same_question_again_is_answered_with_what_is_there()
    {
        Approvals.Ask(s_request);
        Approval granted = Approvals.Grant("r-1", "bob", "label seen")!;
        _room.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equivalent(granted, Approvals.Ask(s_request with { Held = [1, 2, 3], Question = "in other words?", AskedBy = "eve" }), strict: true);
    }

    [Fact]
    public void A_grant_is_void_once_the_phone_holds_something_else_is_another_or_the_grant_is_old()
    {
        ApprovalRequest[] others = [s_request with { Held = [1, 2, 4] }, s_request with { Device = "phone-2" }];
        foreach (ApprovalRequest other in others)
        {
            Approvals.Ask(s_request);
            Approvals.Grant("r-1", "bob", "label seen");
            Assert.Equal(("", null, ""), (Approvals.Ask(other) is var asked ? asked.ApprovedBy : "?", asked.ApprovedAt, asked.Reason));
        }
        Approval granted = Approvals.Grant("r-1", "bob", "label seen")!;

        Assert.Equal("bob", Approvals.Ask(others[1], voidBefore: granted.ApprovedAt!.Value).ApprovedBy);
        Assert.True(Approvals.Ask(others[1], voidBefore: granted.ApprovedAt.Value.AddSeconds(1)).IsPending);
        Assert.Equal("carl", Approvals.Grant("r-1", "carl", "")!.ApprovedBy);
    }

    [Fact]
    public void A_question_is_never_replaced_by_one_with_other_content()
    {
        Approvals.Ask(s_request);
        Approvals.Grant("r-1", "bob", "label seen");

        Approval kept = Approvals.Ask(s_request with { RequestDigest = new string('b', 64), Question = "another?", Held = [9] });

        Assert.Equal(("bob", s_request.RequestDigest, s_request.Question), (kept.ApprovedBy, kept.Request.RequestDigest, kept.Request.Question));
        Assert.Equal("bob", Approvals.Find("r-1")!.ApprovedBy);
    }

    [Fact]
    public void Questions_are_listed_newest_first_and_one_that_was_asked_anew_is_new()
    {
        foreach (string id in (string[])["r-1", "r-2", "r-3"])
            Approvals.Ask(s_request with { RequestId = id });
        Approvals.Grant("r-2", "bob", "");
        Approvals.Ask(s_request with { Held = [] });

        Assert.Equal(["r-1", "r-3", "r-2"], Approvals.List(pendingOnly: false, 10).Select(a => a.Request.RequestId));
        Assert.Equal(["r-1", "r-3"], Approvals.List(pendingOnly: true, 10).Select(a => a.Request.RequestId));
        Assert.Equal("r-1", Assert.Single(Approvals.List(pendingOnly: true, 1)).Request.RequestId);
        Assert.Throws<ArgumentOutOfRangeException>(() => Approvals.List(true, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Approvals.List(true, 1001));
    }

    [Fact]
    public void What_is_too_long_or_nameless_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Approvals.Ask(s_request with { RequestId = "" }));
        Assert.Throws<ArgumentException>(() => Approvals.Ask(s_request with { Device = "" }));
        Assert.Throws<ArgumentException>(() => Approvals.Ask(s_request with { Held = new byte[513] }));
        Assert.Throws<ArgumentException>(() => Approvals.Ask(s_request with { Question = new string('?', 1001) }));
        Approval longest = Approvals.Ask(s_request with { Held = new byte[512], Question = new string('?', 1000) });

        Assert.Equal((512, 1000), (longest.Request.Held.Length, longest.Request.Question.Length));
    }

    [Theory]
    [InlineData("UPDATE approvals SET held = x'' WHERE id = 2", "asked")]
    [InlineData("UPDATE approvals SET request_digest = '' WHERE id = 2", "asked")]
    [InlineData("UPDATE approvals SET approved_by = 'eve' WHERE id = 1", "granted")]
    [InlineData("UPDATE approvals SET approved_by = '', approved_at = NULL WHERE id = 1", "granted")]
    [InlineData("UPDATE approvals SET approved_by = 'eve' WHERE id = 2", "CHECK")]
    [InlineData("UPDATE approvals SET approved_at = 1 WHERE id = 2", "CHECK")]
    public void The_table_refuses_to_change_what_was_asked_or_granted(string sql, string because)
    {
        Approvals.Ask(s_request);
        Approvals.Grant("r-1", "bob", "");
        Approvals.Ask(s_request with { RequestId = "r-2" });

        Assert.Contains(because, Assert.Throws<SqliteException>(() => _room.Raw(sql)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_tells_nothing_of_what_is_held_as_text() =>
        Assert.Equal("approval of r-1 to phone-1", s_request.ToString());

    public void Dispose() => _room.Dispose();
}
