using System.Data;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// The connection to traces.db, behind a lock. A file that is damaged, not ours, of a newer agent or not to be opened is set aside under another
/// name, in the place of the one before, and begun anew; where not even that can be done, and where the file is whole but the disk is full or another
/// program holds it, the traces live in memory. So it never keeps an agent from starting.
/// </summary>
internal sealed class TracesFile : IDisposable
{
    // "IMTR": tells our file from any other SQLite file.
    private const int ApplicationId = 0x494D5452;

    // The file is rebuilt, not migrated, when this grows: it holds nothing that is needed tomorrow.
    private const int Version = 2;

    // A person may have it open in a tool. Nobody waits for long: what cannot be kept is left out.
    private const int BusySeconds = 1;

    private readonly Lock _lock = new();
    private readonly string _directory;
    private SqliteConnection? _connection;
    private bool _disposed;

    private TracesFile(string directory) => _directory = directory;

    private string Place => Path.Combine(_directory, "traces.db");

    private string Aside => Path.Combine(_directory, "traces.damaged.db");

    /// <summary>What is wrong with the file, for a person; empty when nothing is.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Opens the file in a directory that is there.</summary>
    public static TracesFile Open(string directory)
    {
        var file = new TracesFile(directory);
        file.Connect();
        return file;
    }

    /// <summary>Runs statements that only read.</summary>
    /// <exception cref="VaultUnavailableException">They could not be run.</exception>
    public T Read<T>(Func<VaultSql, T> work) => Run(connection => work(new VaultSql(connection)));

    /// <summary>Runs statements as one transaction. After a loss of power the last of them may be gone; the file is whole.</summary>
    /// <exception cref="VaultUnavailableException">Nothing was kept.</exception>
    public T Write<T>(Func<VaultSql, T> work) => Run(connection =>
    {
        using SqliteTransaction transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
        T result = work(new VaultSql(connection, transaction));
        transaction.Commit();
        return result;
    });

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _connection?.Dispose();
            _connection = null;
        }
    }

    private T Run<T>(Func<SqliteConnection, T> work)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(VaultFile));
            try
            {
                return work(_connection!);
            }
            catch (SqliteException e) when (IsDamage(e))
            {
                Connect(e);
            }
            catch (SqliteException e)
            {
                throw Unavailable(e);
            }
            try
            {
                return work(_connection!);
            }
            catch (SqliteException e)
            {
                throw Unavailable(e);
            }
        }
    }

    private VaultUnavailableException Unavailable(SqliteException e) =>
        new(e.SqliteErrorCode == 13 ? VaultFault.Full : VaultFault.Failed, _directory, $"traces.db cannot be read or written ({e.Message})", e);

    // SQLITE_CORRUPT, SQLITE_NOTADB; SQLITE_ERROR, as of a table that is not there: the statements themselves are right.
    private static bool IsDamage(SqliteException e) => e.SqliteErrorCode is 11 or 26 or 1;

    // SQLITE_BUSY, SQLITE_NOMEM, SQLITE_IOERR, SQLITE_FULL: nothing is wrong with the file itself, and the next agent has it again.
    private static bool IsPassing(Exception e) => e is SqliteException { SqliteErrorCode: 5 or 7 or 10 or 13 };

    private void Connect(SqliteException? damage = null)
    {
        _connection?.Dispose();
        Exception? first = damage;
        if (damage is null && TryOpen(Place, out first) || !IsPassing(first!) && TrySetAside(first!) && TryOpen(Place, out first))
            return;
        Problem = $"traces.db cannot be used ({first!.Message}): traces are kept in memory until the agent ends";
        if (!TryOpen(":memory:", out first))
            throw first!;
    }

    private bool TryOpen(string place, out Exception? failure)
    {
        SqliteConnection? connection = null;
        try
        {
            if (place == Place)
                VaultStore.CreatePrivately(place);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = place,
                Mode = SqliteOpenMode.ReadWriteCreate,
                Pooling = false,
                ForeignKeys = true,
                DefaultTimeout = BusySeconds,
            }.ConnectionString);
            connection.Open();
            Prepare(connection);
            (_connection, failure) = (connection, null);
            return true;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            connection?.Dispose();
            failure = e;
            return false;
        }
    }

    private static void Prepare(SqliteConnection connection)
    {
        var sql = new VaultSql(connection);
        long application = (long)sql.Scalar("PRAGMA application_id")!, version = (long)sql.Scalar("PRAGMA user_version")!;
        bool isFresh = application == 0 && version == 0 && (long)sql.Scalar("SELECT COUNT(*) FROM sqlite_master")! == 0;
        if (!isFresh && (application, version) != (ApplicationId, Version))
            throw new InvalidDataException("it is of another program or another version of the agent");
        // NORMAL: no commit waits for the disk, and a loss of power costs the last commits, never the file.
        sql.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 4194304");
        if (isFresh)
        {
            using SqliteTransaction transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
            new VaultSql(connection, transaction).Execute($"{TracesTable.Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
            transaction.Commit();
        }
        TracesTable.Touch(sql);
    }

    private bool TrySetAside(Exception why)
    {
        try
        {
            foreach (string part in (string[])["-wal", "-shm", ""])
            {
                if (File.Exists(Place + part))
                    File.Move(Place + part, Aside + part, overwrite: true);
                else
                    File.Delete(Aside + part);
            }
            Problem = $"traces.db could not be used ({why.Message}): it was set aside as {Path.GetFileName(Aside)} and begun anew";
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
