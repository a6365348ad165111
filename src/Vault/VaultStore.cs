using System.Data;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// Two connections to vault.db, each behind a lock: callers queue, transactions are short, and a commit that returned is on the disk.
/// One writes. The other only reads, so that the many who read a dump that is under way never wait for a commit's fsync: with a
/// write-ahead log readers and the writer do not block each other, and readers see what was committed, all of it and nothing else.
/// </summary>
internal sealed class VaultStore : IDisposable
{
    // vault.db is only ever held by us, so a wait means that a person has it open in a tool.
    private const int BusySeconds = 5;

    private readonly Lock _writing = new();
    private readonly Lock _reading = new();
    private readonly string _directory;
    private readonly FileStream _claim;
    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private bool _disposed;

    private VaultStore(string directory, FileStream claim, SqliteConnection writer, SqliteConnection reader)
    {
        _directory = directory;
        _claim = claim;
        _writer = writer;
        _reader = reader;
    }

    public static VaultStore Open(string directory)
    {
        FileStream? claim = null;
        SqliteConnection? writer = null, reader = null;
        try
        {
            CreateDirectory(directory);
            claim = Claim(directory);
            string file = Path.Combine(directory, "vault.db");
            CreatePrivately(file);
            writer = Connect(file);
            Schema.Check(writer, directory);
            // FULL makes every commit reach the disk before it returns; fullfsync is what that takes on macOS.
            new VaultSql(writer).Execute(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON");
            Schema.Migrate(writer);
            reader = Connect(file);
            new VaultSql(reader).Execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF");
            return new VaultStore(directory, claim, writer, reader);
        }
        catch (Exception error)
        {
            reader?.Dispose();
            writer?.Dispose();
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

    /// <summary>Runs statements that only read. Waits for other readers, not for writers.</summary>
    public T Read<T>(Func<VaultSql, T> work)
    {
        lock (_reading)
            return Run(() => work(new VaultSql(_reader)));
    }

    /// <summary>Runs statements as one transaction that is on the disk when this returns, or did not happen.</summary>
    /// <exception cref="SqliteException">A constraint was violated; nothing else comes as this.</exception>
    public T Write<T>(Func<VaultSql, T> work)
    {
        lock (_writing)
        {
            return Run(() =>
            {
                using SqliteTransaction transaction = _writer.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                T result = work(new VaultSql(_writer, transaction));
                transaction.Commit();
                return result;
            });
        }
    }

    private T Run<T>(Func<T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(VaultFile));
        try
        {
            return work();
        }
        catch (SqliteException error) when (!IsConstraint(error))
        {
            throw VaultUnavailableException.From(error, _directory);
        }
    }

    /// <summary>Whether a UNIQUE, CHECK or foreign key constraint or a trigger refused a statement (SQLITE_CONSTRAINT).</summary>
    public static bool IsConstraint(SqliteException error) => error.SqliteErrorCode == 19;

    public void Dispose()
    {
        lock (_writing)
        {
            lock (_reading)
            {
                if (_disposed)
                    return;
                _disposed = true;
                _reader.Dispose();
                _writer.Dispose();
                _claim.Dispose();
            }
        }
    }

    private static SqliteConnection Connect(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = BusySeconds,
        }.ConnectionString);
        connection.Open();
        return connection;
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
    internal static void CreatePrivately(string file)
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
