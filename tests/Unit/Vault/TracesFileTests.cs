using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>Whatever became of traces.db: an agent starts, and traces are kept from then on.</summary>
public sealed class TracesFileTests : IDisposable
{
    private readonly TracesRoom _room = new();

    [Fact]
    public void It_is_for_this_account_only()
    {
        Assert.Equal("", _room.Traces.Problem);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_room.File));
    }

    [Theory]
    [InlineData("not a database")]
    [InlineData("another program's")]
    [InlineData("a table is gone")]
    [InlineData("another version")]
    public void What_cannot_be_used_is_set_aside_and_begun_anew(string damage)
    {
        _room.Traces.Append([TracesRoom.Span(1, 1)]);
        _room.Close();
        Damage(damage);
        byte[] before = File.ReadAllBytes(_room.File);

        Assert.Empty(_room.Traces.List(false, null, 10, null));
        Assert.Contains("set aside as traces.damaged.db", _room.Traces.Problem, StringComparison.Ordinal);
        Assert.True(_room.Traces.Append([TracesRoom.Span(2, 1)]));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(_room.File)!, "traces.damaged.db")));
        _room.Close();
        Assert.Equal(TracesRoom.Id(2), Assert.Single(_room.Traces.List(false, null, 10, null)).TraceId);
        Assert.Equal("", _room.Traces.Problem);
    }

    [Fact]
    public void Damage_while_it_is_open_costs_what_was_kept_and_no_more()
    {
        _room.Traces.Append([TracesRoom.Span(1, 1)]);
        Damage("a table is gone");

        Assert.True(_room.Traces.Append([TracesRoom.Span(2, 1)]));

        Assert.Equal(TracesRoom.Id(2), Assert.Single(_room.Traces.List(false, null, 10, null)).TraceId);
        Assert.Equal(0, _room.Traces.Lost);
        Assert.NotEmpty(_room.Traces.Problem);
    }

    [Fact]
    public void Where_no_file_can_be_made_traces_are_in_memory()
    {
        Directory.CreateDirectory(_room.File);

        Assert.True(_room.Traces.Append([TracesRoom.Span(1, 1)]));

        Assert.Equal(TracesRoom.Id(1), _room.Traces.Find(TracesRoom.Id(1)).TraceId);
        Assert.Contains("in memory", _room.Traces.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_another_program_holds_it_what_comes_is_counted_and_nobody_fails()
    {
        Assert.Equal(0, _room.Traces.Lost);
        using (SqliteConnection other = _room.Raw())
        using (SqliteTransaction held = other.BeginTransaction(System.Data.IsolationLevel.Serializable, deferred: false))
        {
            Assert.False(_room.Traces.Append([TracesRoom.Span(1, 1), TracesRoom.Span(1, 2)]));
            Assert.False(_room.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[1], ""));
            Assert.Empty(_room.Traces.List(false, null, 10, null));
        }

        Assert.True(_room.Traces.Append([TracesRoom.Span(3, 1)]));
        Assert.Equal((3L, ""), (_room.Traces.Lost, _room.Traces.Problem));
    }

    [Fact]
    public void A_file_that_another_program_holds_as_the_agent_starts_is_there_again_for_the_next()
    {
        _room.Traces.Append([TracesRoom.Span(1, 1)]);
        _room.Close();
        using (SqliteConnection other = _room.Raw())
        {
            Run(other, "PRAGMA journal_mode = DELETE");
            Run(other, "BEGIN EXCLUSIVE");
            Assert.True(_room.Traces.Append([TracesRoom.Span(2, 1)]));
            Assert.Contains("in memory", _room.Traces.Problem, StringComparison.Ordinal);
            _room.Close();
        }

        Assert.Equal(TracesRoom.Id(1), Assert.Single(_room.Traces.List(false, null, 10, null)).TraceId);
        Assert.Equal("", _room.Traces.Problem);
    }

    [Fact]
    public void Where_a_row_is_not_what_it_should_be_what_comes_is_counted_and_nobody_fails()
    {
        _room.Traces.Append([TracesRoom.Span(1, 1)]);
        using (SqliteConnection other = _room.Raw())
        {
            Run(other, "ALTER TABLE traces RENAME COLUMN number TO number_");
            Run(other, "ALTER TABLE traces ADD COLUMN number INTEGER");
        }

        Assert.False(_room.Traces.Append([TracesRoom.Span(2, 1)]));
        Assert.False(_room.Traces.KeepRecording(TracesRoom.Id(2), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[1], ""));
        Assert.Equal(2, _room.Traces.Lost);
    }

    [Fact]
    public void After_the_end_of_the_agent_nothing_is_kept_and_nobody_fails()
    {
        Traces traces = _room.Traces;
        _room.Close();

        Assert.False(traces.Append([TracesRoom.Span(1, 1)]));
    }

    [Fact]
    public void A_damaged_file_keeps_no_vault_from_opening()
    {
        using var room = new VaultRoom();
        Directory.CreateDirectory(room.Home);
        File.WriteAllText(Path.Combine(room.Home, "traces.db"), new string('x', 5000));

        Assert.Equal(1, room.Open("r1"));
        Assert.NotEmpty(room.Vault.Traces.Problem);
    }

    public void Dispose() => _room.Dispose();

    private static void Run(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // From the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private void Damage(string how)
    {
        if (how == "not a database")
        {
            File.WriteAllText(_room.File, new string('x', 5000));
            return;
        }
        using SqliteConnection raw = _room.Raw();
        using SqliteCommand command = raw.CreateCommand();
        command.CommandText = how switch
        {
            "another program's" => "PRAGMA application_id = 1",
            "a table is gone" => "DROP TABLE spans",
            _ => "PRAGMA user_version = 99",
        };
        command.ExecuteNonQuery();
    }
}
