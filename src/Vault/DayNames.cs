using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>Names that a person can say: the day in UTC and 6 hex digits, as in "20261123-3f2a9c"; or a unique beginning of one.</summary>
internal static class DayNames
{
    private const int MostCandidates = 10;

    /// <summary>A name that no row of the table has; more digits are taken while one has it.</summary>
    public static string Free(VaultSql sql, string table, DateTimeOffset day, string seed)
    {
        string digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));
        string date = day.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        for (int length = 6; ; length++)
        {
            string name = $"{date}-{digits[..length]}";
            if (sql.Scalar($"SELECT 1 FROM {table} WHERE name = @name", ("@name", name)) is null)
                return name;
        }
    }

    /// <summary>The row of that name alone, or all that begin so, newest first, at most 10.</summary>
    /// <param name="store">Where to look.</param>
    /// <param name="table">Has the columns id and name.</param>
    /// <param name="columns">What to select.</param>
    /// <param name="read">Makes a row.</param>
    /// <param name="wanted">In any case of letters; the collection's name, as in "jobs/", may stand before it.</param>
    public static List<T> Find<T>(VaultStore store, string table, string columns, Func<SqliteDataReader, T> read, string wanted)
    {
        if (wanted.StartsWith(table + "/", StringComparison.Ordinal))
            wanted = wanted[(table.Length + 1)..];
        if (wanted.Length == 0 || wanted.Any(c => !char.IsAsciiHexDigit(c) && c != '-'))
            return [];
        return store.Read(sql =>
        {
            List<T> exact = sql.Query($"SELECT {columns} FROM {table} WHERE name = lower(@wanted)", read, ("@wanted", wanted));
            return exact.Count > 0
                ? exact
                : sql.Query($"SELECT {columns} FROM {table} WHERE name LIKE lower(@wanted) || '%' ORDER BY id DESC LIMIT @limit", read,
                    ("@wanted", wanted), ("@limit", MostCandidates));
        });
    }
}
