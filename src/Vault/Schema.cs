using System.Data;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// The versions of vault.db. PRAGMA user_version counts the steps that were run; a step is never changed once an agent was
/// shipped with it, only followed by another.
/// </summary>
internal static class Schema
{
    // "IMEI": tells our file from any other SQLite file (https://sqlite.org/fileformat2.html, offset 68).
    private const int ApplicationId = 0x494D4549;

    private static readonly Action<VaultSql>[] Steps =
    [
        Sql(Snapshots.Schema1), Sql(JournalTable1.Schema1), Sql(Audit.Schema1), Sql(JobTable.Schema1), Sql(Learned.Schema1),
        Sql(JournalTable.Schema2), Sql(Approvals.Schema1), NumbersOfOld.Step,
        Sql(Clients.Schema1), Sql(LeaseBook.Schema1), Sql(Audit.Schema2),
        Sql(JobTable.Schema2), Sql(JournalTable.Schema3),
    ];

    /// <summary>Refuses a file that is not ours or newer than we are; changes nothing.</summary>
    public static void Check(SqliteConnection connection, string directory)
    {
        var sql = new VaultSql(connection);
        long application = Number(sql, "PRAGMA application_id");
        long version = Number(sql, "PRAGMA user_version");
        bool fresh = application == 0 && version == 0 && Number(sql, "SELECT COUNT(*) FROM sqlite_master") == 0;
        if (application != ApplicationId && !fresh)
            throw new VaultUnavailableException(VaultFault.NotAVault, directory, "vault.db belongs to another program");
        if (version > Steps.Length)
        {
            throw new VaultUnavailableException(VaultFault.Newer, directory,
                $"a newer agent wrote it (version {version}, this agent knows {Steps.Length}); update this agent");
        }
    }

    /// <summary>Runs the steps that were not run yet, each as a transaction.</summary>
    public static void Migrate(SqliteConnection connection)
    {
        for (long version = Number(new VaultSql(connection), "PRAGMA user_version"); version < Steps.Length; version++)
        {
            using SqliteTransaction transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
            var sql = new VaultSql(connection, transaction);
            Steps[version](sql);
            sql.Execute(string.Create(CultureInfo.InvariantCulture,
                $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {version + 1}"));
            transaction.Commit();
        }
    }

    private static Action<VaultSql> Sql(string step) => sql => sql.Execute(step);

    private static long Number(VaultSql sql, string query) => (long)sql.Scalar(query)!;
}
