using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class VaultFileTests : IDisposable
{
    private const string DropToVersion1 =
        "DROP TABLE clients; DROP TABLE leases; DROP TABLE lease_tokens; DROP TABLE journal_slots; DROP TABLE journal; DROP TABLE audit; DROP TABLE job_batches; DROP TABLE jobs; "
        + "DROP TABLE learned_windows; DROP TABLE learned_skips; DROP TABLE approvals; DROP TABLE numbers; PRAGMA user_version = 1; ";

    private readonly VaultRoom _room = new();

    [Fact]
    public void Directory_and_file_are_made_for_this_account_only()
    {
        Assert.NotNull(_room.Vault);

        if (OperatingSystem.IsWindows())
        {
            Assert.True(File.Exists(_room.Database));
            return;
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_room.Home));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_room.Database));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_room.Database + "-wal"));
    }

    [Fact]
    public void A_file_that_others_could_read_is_closed_to_them()
    {
        if (OperatingSystem.IsWindows())
            return;
        Assert.NotNull(_room.Vault);
        _room.Close();
        File.SetUnixFileMode(_room.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.NotNull(_room.Vault);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_room.Database));
    }

    [Fact]
    public void A_second_agent_on_the_directory_is_told_of_the_first()
    {
        Assert.NotNull(_room.Vault);

        var error = Assert.Throws<VaultUnavailableException>(() => VaultFile.Open(_room.Home, _room.Time));

        Assert.Equal(VaultFault.InUse, error.Fault);
        Assert.Contains("another agent has it open", error.Message, StringComparison.Ordinal);
        Assert.Contains(_room.Home, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_directory_is_free_again_once_its_agent_closed()
    {
        SnapshotInfo saved = _room.Save(VaultRoom.Content(1));
        _room.Close();

        Assert.Equal(saved.Name, Assert.Single(_room.Vault.Snapshots.List(null, 10, null)).Name);
    }

    [Fact]
    public void A_failed_open_frees_the_directory()
    {
        Directory.CreateDirectory(_room.Home);
        File.WriteAllText(_room.Database, new string('x', 5000));
        Assert.Throws<VaultUnavailableException>(() => _room.Vault);
        File.Delete(_room.Database);

        Assert.Empty(_room.Vault.Snapshots.List(null, 10, null));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_kept()
    {
        Directory.CreateDirectory(_room.Home);
        File.WriteAllText(_room.Database, new string('x', 5000));

        var error = Assert.Throws<VaultUnavailableException>(() => _room.Vault);

        Assert.Equal(VaultFault.NotAVault, error.Fault);
        Assert.Equal(new string('x', 5000), File.ReadAllText(_room.Database));
    }

    [Fact]
    public void Another_programs_database_is_refused_and_kept()
    {
        Directory.CreateDirectory(_room.Home);
        _room.Raw("CREATE TABLE recipes (name TEXT)");

        var error = Assert.Throws<VaultUnavailableException>(() => _room.Vault);

        Assert.Equal(VaultFault.NotAVault, error.Fault);
        Assert.Equal("recipes", _room.Raw("SELECT group_concat(name) FROM sqlite_master"));
        Assert.Equal(0L, _room.Raw("PRAGMA user_version"));
    }

    [Fact]
    public void A_newer_agents_vault_is_refused_and_kept()
    {
        Assert.NotNull(_room.Vault);
        _room.Close();
        _room.Raw("PRAGMA user_version = 999");

        var error = Assert.Throws<VaultUnavailableException>(() => _room.Vault);

        Assert.Equal(VaultFault.Newer, error.Fault);
        Assert.Contains("update this agent", error.Message, StringComparison.Ordinal);
        Assert.Equal(999L, _room.Raw("PRAGMA user_version"));
    }

    [Fact]
    public void An_empty_file_becomes_a_vault()
    {
        Directory.CreateDirectory(_room.Home);
        File.WriteAllBytes(_room.Database, []);

        Assert.Empty(_room.Vault.Journal.ListOpen());
        Assert.Equal(0x494D4549L, _room.Raw("PRAGMA application_id"));
    }

    [Fact]
    public void A_vault_of_the_first_version_gets_the_later_tables_and_keeps_its_snapshots()
    {
        SnapshotInfo saved = _room.Save(VaultRoom.Content(7));
        _room.Close();
        _room.Raw(DropToVersion1);

        Assert.Equal(JournalState.Checked, _room.Vault.Journal.Open(VaultRoom.Entry("r-1")).State);
        Assert.Equal(1, _room.Vault.Audit.Append(new AuditEntry("ana", "backup", "phone-1", "ok", "")).Id);
        Assert.Equal(saved.Sha256, _room.Vault.Snapshots.Load(saved.Name).Sha256);
        Assert.Equal(13L, _room.Raw("PRAGMA user_version"));
    }

    [Fact]
    public void A_step_that_fails_leaves_the_version_as_it_was()
    {
        Assert.NotNull(_room.Vault);
        _room.Close();
        // Step 2 creates the journal's table and then fails at its index, whose name is taken.
        _room.Raw(DropToVersion1 + "CREATE INDEX journal_open ON snapshots (build)");

        Assert.Equal(VaultFault.Failed, Assert.Throws<VaultUnavailableException>(() => _room.Vault).Fault);
        Assert.Equal(1L, _room.Raw("PRAGMA user_version"));
        Assert.Equal(0L, _room.Raw("SELECT COUNT(*) FROM sqlite_master WHERE name = 'journal'"));
    }

    [Fact]
    public void Commits_are_written_ahead()
    {
        Assert.NotNull(_room.Vault);

        Assert.Equal("wal", _room.Raw("PRAGMA journal_mode"));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_unavailable()
    {
        string blocked = Path.Combine(Path.GetDirectoryName(_room.Home)!, "file");
        File.WriteAllText(blocked, "");

        Assert.Throws<VaultUnavailableException>(() => VaultFile.Open(Path.Combine(blocked, "vault"), _room.Time));
    }

    [Fact]
    public void A_claim_that_cannot_be_made_is_not_mistaken_for_another_agent()
    {
        Directory.CreateDirectory(Path.Combine(_room.Home, "vault.lock"));

        Assert.NotEqual(VaultFault.InUse, Assert.Throws<VaultUnavailableException>(() => _room.Vault).Fault);
    }

    [Fact]
    public void A_database_that_loses_a_table_while_open_is_unavailable()
    {
        Assert.NotNull(_room.Vault);
        _room.Raw("DROP TABLE audit");

        var error = Assert.Throws<VaultUnavailableException>(
            () => _room.Vault.Audit.Append(new AuditEntry("ana", "backup", "", "ok", "")));

        Assert.Equal(VaultFault.Failed, error.Fault);
        Assert.IsType<SqliteException>(error.InnerException);
    }

    [Fact]
    public void A_closed_vault_answers_no_more()
    {
        VaultFile vault = _room.Vault;
        _room.Close();

        Assert.Throws<ObjectDisposedException>(() => vault.Journal.ListOpen());
    }

    [Fact]
    public async Task Many_threads_may_write_at_once()
    {
        AuditEntry entry = new("ana", "identify", "phone-1", "ok", "");
        _ = _room.Vault;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 10; i++)
                _room.Vault.Audit.Append(entry);
        })));

        Assert.Equal(new AuditVerdict(80, null, "", _room.Vault.Audit.List(1)[0].Hash), _room.Vault.Audit.Verify());
    }

    public void Dispose() => _room.Dispose();
}
