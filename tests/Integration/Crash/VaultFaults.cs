using System.Reflection;
using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Integration.Crash;

/// <summary>Makes an open vault fail as its disk could: SQLite itself refuses, from this moment until the vault is opened anew.</summary>
internal static class VaultFaults
{
    /// <summary>The disk is full: nothing more can be written to any table (SQLITE_FULL).</summary>
    public static void FillDisk(VaultFile vault) => OnWriter(vault, writer =>
    {
        // The file may not grow by a page; and lest a small change fits into the pages there are, each begins with a large one.
        Scalar(writer, "PRAGMA query_only = OFF");
        long pages = (long)Scalar(writer, "PRAGMA page_count")!;
        Scalar(writer, $"PRAGMA max_page_count = {pages}");
        foreach (string table in Tables(writer))
            foreach (string change in (string[])["INSERT", "UPDATE", "DELETE"])
                Scalar(writer, $"CREATE TEMP TRIGGER IF NOT EXISTS full_{table}_{change} BEFORE {change} ON {table} BEGIN "
                    + "INSERT INTO contents (sha256, bytes) VALUES (hex(randomblob(32)), zeroblob(10000000)); END");
    });

    /// <summary>The file is read-only (SQLITE_READONLY).</summary>
    public static void MakeReadOnly(VaultFile vault) => OnWriter(vault, writer => Scalar(writer, "PRAGMA query_only = ON"));

    /// <summary>The product has no door to its connection, and needs none: nothing but a disk does this to it.</summary>
    private static void OnWriter(VaultFile vault, Action<SqliteConnection> spoil)
    {
        object store = Field(vault, "_store");
        lock ((Lock)Field(store, "_writing"))
            spoil((SqliteConnection)Field(store, "_writer"));
    }

    private static object Field(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(owner)!;

    private static List<string> Tables(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'contents'";
        using SqliteDataReader rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
            names.Add(rows.GetString(0));
        return names;
    }

#pragma warning disable CA2100 // The names come from the vault's own schema.
    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
#pragma warning restore CA2100
}
