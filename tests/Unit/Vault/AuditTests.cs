using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class AuditTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Audit Audit => _room.Vault.Audit;

    [Fact]
    public void Rows_are_listed_newest_first_as_they_were_added()
    {
        AuditEntry first = new("ana", "identify", "phone-1", "ok", "35693803*****09");
        AuditEntry second = new("bob", "restore-imei", "phone-1", "refused", "é");
        Audit.Append(first);
        _room.Time.Advance(TimeSpan.FromMinutes(1));
        Audit.Append(second);

        IReadOnlyList<AuditRow> rows = Audit.List(10);

        Assert.Equal([(2, second), (1, first)], rows.Select(row => ((int)row.Id, row.Entry)));
        Assert.Equal(TimeSpan.FromMinutes(1), rows[0].At - rows[1].At);
        Assert.Equal(second, Assert.Single(Audit.List(1)).Entry);
    }

    [Fact]
    public void An_empty_audit_is_intact()
    {
        Assert.Equal(new AuditVerdict(0, null, "", new string('0', 64)), Audit.Verify());
    }

    [Fact]
    public void A_hash_is_made_of_the_hash_before_and_all_fields()
    {
        AuditRow row = Audit.Append(new AuditEntry("ana", "backup", "p", "ok", ""));

        // Computed with Python's hashlib over 64 zeros, i64 1, i64 1795435200000, then the five texts with i32 lengths.
        Assert.Equal("386977eec894b812eafade9a8604cb86366aa8ca2246d40e9b2c3a477687231f", row.Hash);
    }

    [Fact]
    public void A_hash_is_made_also_of_who_it_was_for_good_from_where_under_which_trace_and_of_which_restore()
    {
        AuditRow row = Audit.Append(new AuditEntry("ana", "backup", "p", "ok", "")
        {
            Client = "clients/3f2a9c1b",
            Station = "192.0.2.7",
            TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
            Journal = "journal/7",
        });

        // Computed with Python's hashlib as above, with four texts more.
        Assert.Equal("652b625431d99276a73ab0067c6f86afdc94c46b788f080256a145ee7016bc71", row.Hash);
        Assert.Equal(row, Assert.Single(Audit.List(1)));
    }

    [Theory]
    [InlineData("UPDATE audit SET detail = 'x'", "changed")]
    [InlineData("DELETE FROM audit", "removed")]
    public void The_file_itself_refuses_changes(string sql, string because)
    {
        Fill(3);

        Assert.Contains(because, Assert.Throws<SqliteException>(() => _room.Raw(sql)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit SET operator = 'eve' WHERE id = 3", 3)]
    [InlineData("UPDATE audit SET action = 'eve' WHERE id = 1", 1)]
    [InlineData("UPDATE audit SET device = 'eve' WHERE id = 2", 2)]
    [InlineData("UPDATE audit SET outcome = 'eve' WHERE id = 4", 4)]
    [InlineData("UPDATE audit SET detail = 'eve' WHERE id = 5", 5)]
    [InlineData("UPDATE audit SET client = 'eve' WHERE id = 4", 4)]
    [InlineData("UPDATE audit SET station = 'eve' WHERE id = 4", 4)]
    [InlineData("UPDATE audit SET trace_id = 'eve' WHERE id = 4", 4)]
    [InlineData("UPDATE audit SET journal = 'eve' WHERE id = 4", 4)]
    [InlineData("UPDATE audit SET client = '', station = '', trace_id = '', journal = '' WHERE id = 2", 2)]
    [InlineData("UPDATE audit SET at = at + 1 WHERE id = 3", 3)]
    [InlineData("UPDATE audit SET hash = replace(hash, substr(hash, 1, 1), 'z') WHERE id = 3", 3)]
    [InlineData("UPDATE audit SET operator = action, action = operator WHERE id = 3", 3)]
    [InlineData("DELETE FROM audit WHERE id = 3", 3)]
    [InlineData("DELETE FROM audit WHERE id = 1", 1)]
    [InlineData("UPDATE audit SET id = 9 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 4; UPDATE audit SET id = 4 WHERE id = 9", 3)]
    public void A_change_past_the_triggers_is_found_at_its_row(string tampering, long row)
    {
        Fill(5);
        _room.Raw("DROP TRIGGER audit_unchanged; DROP TRIGGER audit_kept; " + tampering);

        AuditVerdict verdict = Audit.Verify();

        Assert.False(verdict.IsIntact);
        Assert.Equal((row, row - 1), (verdict.FirstBadRow, verdict.Rows));
        Assert.NotEqual("", verdict.Why);
    }

    [Fact]
    public void A_chain_longer_than_a_page_is_checked_to_its_end()
    {
        Assert.NotNull(_room.Vault);
        Fill(1);
        _room.Close();
        Fill(1004);

        Assert.Equal((1005, null), (Audit.Verify().Rows, Audit.Verify().FirstBadRow));

        _room.Raw("DROP TRIGGER audit_unchanged; UPDATE audit SET detail = 'x' WHERE id = 1003");

        Assert.Equal(1003, Audit.Verify().FirstBadRow);
    }

    private void Fill(int rows)
    {
        for (int i = 1; i <= rows; i++)
            Audit.Append(Entry(i));
    }

    // Every other row as older agents wrote them.
    private static AuditEntry Entry(int i) => i % 2 == 1
        ? new AuditEntry("ana", "identify", $"phone-{i}", "ok", "")
        : new AuditEntry("ana", "identify", $"phone-{i}", "ok", "") { Client = "clients/3f2a9c1b", Station = "192.0.2.7", TraceId = "4bf92f3577b34da6a3ce929d0e0e4736", Journal = "journal/7" };

    public void Dispose() => _room.Dispose();
}
