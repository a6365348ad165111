using System.Data;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// The one connection to vault.db, behind a lock: callers queue, transactions are short, and a commit that returned is on the disk.
/// </summary>
internal sealed class VaultStore : IDisposable
{
    // vault.db is only ever held by us, so a wait means that a person has it open in a tool.
    private const int BusySeconds = 5;

    private readonly Lock _gate = new();
    private readonly string _directory;
    private readonly FileStream _claim;
    private readonly SqliteConnection _connection;
    private bool _disposed;

    private VaultStore(string directory, FileStream claim, SqliteConnection connection)
    {
        _directory = directory;
        _claim = claim;
        _connection = connection;
    }

    public static VaultStore Open(string directory)
    {
        FileStream? claim = null;
        SqliteConnection? connection = null;
        try
        {
            CreateDirectory(directory);
            claim = Claim(directory);
            string file = Path.Combine(directory, "vault.db");
            CreatePrivately(file);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = file,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
                ForeignKeys = true,
                DefaultTimeout = BusySeconds,
            }.ConnectionString);
            connection.Open();
            Schema.Check(connection, directory);
            // FULL makes every commit reach the disk before it returns; fullfsync is what that takes on macOS.
            new VaultSql(connection).Execute(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA trusted_schema = OFF");
            Schema.Migrate(connection);
            return new VaultStore(directory, claim, connection);
        }
        catch (Exception error)
        {
            connection?.Dispose();
            claim?.Dispose();
            if (error is SqliteException sqlite)
                throw VaultUnavailableException.From(sqlite, directory);
            if (error is UnauthorizedAccessException)
                throw new VaultUnavailableException(VaultFault.NoAccess, directory, "this account may not write there", error);
            if (error is IOException)
                throw new VaultUnavailableException(VaultFault.Failed, directory, error.Message, error);
            throw;
        }
    }

    /// <summary>Runs statements that only read.</summary>
    public T Read<T>(Func<VaultSql, T> work) => Run(work, transact: false);

    /// <summary>Runs statements as one transaction that is on the disk when this returns, or did not happen.</summary>
    /// <exception cref="SqliteException">A constraint was violated; nothing else comes as this.</exception>
    public T Write<T>(Func<VaultSql, T> work) => Run(work, transact: true);

    private T Run<T>(Func<VaultSql, T> work, bool transact)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(VaultFile));
            try
            {
                using SqliteTransaction? transaction =
                    transact ? _connection.BeginTransaction(IsolationLevel.Serializable, deferred: false) : null;
                T result = work(new VaultSql(_connection, transaction));
                transaction?.Commit();
                return result;
            }
            catch (SqliteException error) when (!IsConstraint(error))
            {
                throw VaultUnavailableException.From(error, _directory);
            }
        }
    }

    /// <summary>Whether a UNIQUE, CHECK or foreign key constraint or a trigger refused a statement (SQLITE_CONSTRAINT).</summary>
    public static bool IsConstraint(SqliteException error) => error.SqliteErrorCode == 19;

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _connection.Dispose();
            _claim.Dispose();
        }
    }

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else if (Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).UnixFileMode
            .HasFlag(UnixFileMode.OtherWrite))
        {
            // Whoever may write here can lay a write-ahead log of his own beside vault.db, or take vault.db away.
            throw new VaultUnavailableException(VaultFault.NoAccess, directory, "other users may write there; take that right from them (chmod o-w)");
        }
    }

    // The operating system drops the claim with the process, however it ends. The file itself stays: removing it would let two
    // agents hold two files of one name.
    private static FileStream Claim(string directory)
    {
        string file = Path.Combine(directory, "vault.lock");
        try
        {
            return new FileStream(file, PrivateFile(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (IsHeld(error))
        {
            throw new VaultUnavailableException(VaultFault.InUse, directory,
                "another agent has it open; stop that agent or give this one another directory", error);
        }
    }

    // ERROR_SHARING_VIOLATION on Windows; EWOULDBLOCK of Linux and of macOS, which .NET passes on as they are.
    private static bool IsHeld(IOException error) =>
        error.HResult == unchecked((int)0x80070020) || error.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);

    // SQLite gives the files it puts beside vault.db the mode of vault.db.
    private static void CreatePrivately(string file)
    {
        using (new FileStream(file, PrivateFile(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite)))
        {
        }
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file) != (UnixFileMode.UserRead | UnixFileMode.UserWrite))
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static FileStreamOptions PrivateFile(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
