using ImeiAgent.Diag.Nv;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>An item that phones of a model do not survive the reading of.</summary>
/// <param name="Model">The model, as in "SM-G991U"; never empty.</param>
/// <param name="Slot">SIM slot, from 1.</param>
/// <param name="Item">The item.</param>
/// <param name="Reason">What happened, for a person.</param>
/// <param name="Operator">Who put it on the list; empty when a dump learned it.</param>
/// <param name="Build">The build it was seen on; may be empty.</param>
/// <param name="Since">Since when it is known, to the millisecond.</param>
public sealed record SkippedItem(
    string Model, byte Slot, NvItemId Item, string Reason, string Operator, string Build, DateTimeOffset Since);

/// <summary>What was learned of phone models: how many reads they take at once, and which items they do not survive.</summary>
public sealed class Learned
{
    internal const string Schema1 = """
        CREATE TABLE learned_windows (
            model TEXT NOT NULL CHECK (length(model) > 0),
            build TEXT NOT NULL,
            size INTEGER NOT NULL CHECK (size BETWEEN 1 AND 64),
            PRIMARY KEY (model, build)
        );
        CREATE TABLE learned_skips (
            model TEXT NOT NULL CHECK (length(model) > 0),
            slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 255),
            item INTEGER NOT NULL CHECK (item BETWEEN 0 AND 65535),
            reason TEXT NOT NULL,
            operator TEXT NOT NULL,
            build TEXT NOT NULL,
            since BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            PRIMARY KEY (model, slot, item)
        );
        """;

    private const int LargestWindow = 64;
    private const string SkipColumns = "model, slot, item, reason, operator, build, since";

    private readonly VaultStore _store;

    internal Learned(VaultStore store) => _store = store;

    /// <summary>How many reads phones of this model and build take at once; null when not known.</summary>
    public int? Window(string model, string build) => (int?)_store.Read(sql => sql.Scalar(
        "SELECT size FROM learned_windows WHERE model = @model AND build = @build", ("@model", model), ("@build", build)) as long?);

    /// <summary>Remembers it in place of what was known before. Of a phone that does not tell its model nothing is remembered.</summary>
    /// <param name="model">The model.</param>
    /// <param name="build">The build; may be empty.</param>
    /// <param name="window">1 to 64.</param>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public void RememberWindow(string model, string build, int window)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, LargestWindow);
        if (model.Length == 0)
            return;
        _store.Write(sql => sql.Execute(
            "INSERT INTO learned_windows (model, build, size) VALUES (@model, @build, @size) "
            + "ON CONFLICT (model, build) DO UPDATE SET size = excluded.size WHERE learned_windows.size <> excluded.size",
            ("@model", model), ("@build", build), ("@size", window)));
    }

    /// <summary>The items to skip, by model, slot and item.</summary>
    /// <param name="model">Only those of this model; null for all.</param>
    public IReadOnlyList<SkippedItem> Skips(string? model) => _store.Read(sql => model is null
        ? sql.Query($"SELECT {SkipColumns} FROM learned_skips ORDER BY model, slot, item", Row)
        : sql.Query($"SELECT {SkipColumns} FROM learned_skips WHERE model = @model ORDER BY slot, item", Row, ("@model", model)));

    /// <summary>Adds an item, unless it is there: then that one stays. Returns the one that is there now.</summary>
    /// <exception cref="ArgumentException">It has no model, or slot 0.</exception>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public SkippedItem AddSkip(SkippedItem skip)
    {
        ArgumentNullException.ThrowIfNull(skip);
        ArgumentException.ThrowIfNullOrEmpty(skip.Model);
        ArgumentOutOfRangeException.ThrowIfZero(skip.Slot);
        return _store.Write(sql =>
        {
            sql.Execute(
                $"INSERT INTO learned_skips ({SkipColumns}) VALUES (@model, @slot, @item, @reason, @operator, @build, @since) "
                + "ON CONFLICT (model, slot, item) DO NOTHING",
                ("@model", skip.Model), ("@slot", (int)skip.Slot), ("@item", (int)skip.Item.Number), ("@reason", skip.Reason),
                ("@operator", skip.Operator), ("@build", skip.Build), ("@since", skip.Since.ToUnixTimeMilliseconds()));
            return Find(sql, skip.Model, skip.Slot, skip.Item)!;
        });
    }

    /// <summary>Removes an item from those to skip; returns it, or null when it was not there.</summary>
    /// <exception cref="VaultUnavailableException">It is still there.</exception>
    public SkippedItem? RemoveSkip(string model, byte slot, NvItemId item) => _store.Write(sql =>
    {
        SkippedItem? found = Find(sql, model, slot, item);
        sql.Execute("DELETE FROM learned_skips WHERE model = @model AND slot = @slot AND item = @item",
            ("@model", model), ("@slot", (int)slot), ("@item", (int)item.Number));
        return found;
    });

    private static SkippedItem? Find(VaultSql sql, string model, byte slot, NvItemId item) => sql.Query(
        $"SELECT {SkipColumns} FROM learned_skips WHERE model = @model AND slot = @slot AND item = @item", Row,
        ("@model", model), ("@slot", (int)slot), ("@item", (int)item.Number)).FirstOrDefault();

    private static SkippedItem Row(SqliteDataReader row) => new(
        row.GetString(0), row.GetByte(1), new NvItemId((ushort)row.GetInt32(2)), row.GetString(3), row.GetString(4), row.GetString(5),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)));
}
