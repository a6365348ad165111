using System.Globalization;
using System.Text.Json;
using ImeiAgent.Diag.Identity;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>What was read from phones. Nothing here is ever changed or removed.</summary>
public sealed class Snapshots
{
    internal const string Schema1 = """
        CREATE TABLE contents (
            sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
            bytes BLOB NOT NULL
        );
        CREATE TABLE snapshots (
            id INTEGER NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            taken_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            origin INTEGER NOT NULL CHECK (origin BETWEEN 1 AND 3),
            device TEXT NOT NULL,
            model TEXT NOT NULL,
            build TEXT NOT NULL,
            esn TEXT NOT NULL,
            meid TEXT NOT NULL,
            compiled TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES contents (sha256),
            items INTEGER NOT NULL CHECK (items >= 0),
            active INTEGER NOT NULL CHECK (active BETWEEN 0 AND items),
            slots TEXT NOT NULL, -- JSON array of numbers
            notes TEXT NOT NULL -- JSON array of strings
        );
        CREATE INDEX snapshots_device ON snapshots (device, id);
        """;

    private const string Columns =
        "name, taken_at, origin, device, model, build, esn, meid, compiled, sha256, items, active, slots, notes";

    private readonly VaultStore _store;
    private readonly TimeProvider _time;

    internal Snapshots(VaultStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>Keeps a content under a new name; it is on the disk when this returns. Equal contents are stored once.</summary>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public SnapshotInfo Save(NewSnapshot header, SnapshotContent content)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(content);
        return _store.Write(sql => Save(sql, _time.GetUtcNow(), header, content));
    }

    /// <summary>The same as a part of another transaction.</summary>
    internal static SnapshotInfo Save(VaultSql sql, DateTimeOffset at, NewSnapshot header, SnapshotContent content)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        SaveContent(sql, content);
        long id = (long)sql.Scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM snapshots")!;
        // The id makes two snapshots of equal content differ.
        string name = DayNames.Free(sql, "snapshots", now, string.Create(CultureInfo.InvariantCulture, $"{id}/{content.Sha256}"));
        var info = new SnapshotInfo(name, now, header.Origin, header.Device, header.Identity,
            content.Sha256, content.Count, content.ActiveCount, content.Slots, [.. header.Notes]);
        sql.Execute(
            $"INSERT INTO snapshots (id, {Columns}) VALUES (@id, @name, @taken_at, @origin, @device, @model, @build, @esn, "
            + "@meid, @compiled, @sha256, @items, @active, @slots, @notes)",
            ("@id", id), ("@name", info.Name), ("@taken_at", now.ToUnixTimeMilliseconds()), ("@origin", (int)info.Origin),
            ("@device", info.Device), ("@model", info.Identity.Model), ("@build", info.Identity.Build),
            ("@esn", info.Identity.Esn), ("@meid", info.Identity.Meid), ("@compiled", info.Identity.Compiled),
            ("@sha256", info.Sha256), ("@items", info.Items), ("@active", info.Active),
            ("@slots", JsonSerializer.Serialize(info.Slots.Select(slot => (int)slot))),
            ("@notes", JsonSerializer.Serialize(info.Notes)));
        VaultTelemetry.Kept(content.Canonical.Length);
        return info;
    }

    /// <summary>Lists snapshots in the reverse order of keeping.</summary>
    /// <param name="device">Only those of this phone, by its full name; null for all.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="after">Only those after this one in the list: the last name of the page before; null for the first page.</param>
    /// <exception cref="SnapshotNotFoundException">There is no snapshot <paramref name="after"/>.</exception>
    public IReadOnlyList<SnapshotInfo> List(string? device, int limit, string? after)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _store.Read(sql =>
        {
            long before = long.MaxValue;
            if (!string.IsNullOrEmpty(after))
            {
                before = sql.Scalar("SELECT id FROM snapshots WHERE name = @name", ("@name", after)) as long?
                    ?? throw new SnapshotNotFoundException(after, []);
            }
            return device is null
                ? sql.Query($"SELECT {Columns} FROM snapshots WHERE id < @before ORDER BY id DESC LIMIT @limit", Row,
                    ("@before", before), ("@limit", limit))
                : sql.Query(
                    $"SELECT {Columns} FROM snapshots WHERE device = @device AND id < @before ORDER BY id DESC LIMIT @limit", Row,
                    ("@device", device), ("@before", before), ("@limit", limit));
        });
    }

    /// <summary>Finds by name or by a beginning that no other name has; "snapshots/" may stand before it.</summary>
    /// <exception cref="SnapshotNotFoundException">None or several go by it.</exception>
    public SnapshotInfo Find(string nameOrUniquePrefix)
    {
        ArgumentNullException.ThrowIfNull(nameOrUniquePrefix);
        return DayNames.Find(_store, "snapshots", Columns, Row, nameOrUniquePrefix) is var found && found is [SnapshotInfo info]
            ? info
            : throw new SnapshotNotFoundException(nameOrUniquePrefix, [.. found.Select(row => row.Name)]);
    }

    /// <summary>Loads a content and checks its hash.</summary>
    /// <param name="name">As in <see cref="Find"/>.</param>
    /// <exception cref="SnapshotNotFoundException">None or several go by the name.</exception>
    /// <exception cref="SnapshotDamagedException">The content is not what was kept.</exception>
    public SnapshotContent Load(string name)
    {
        SnapshotInfo info = Find(name);
        return LoadContent(info.Sha256) ?? throw new SnapshotDamagedException(info.Name);
    }

    /// <summary>
    /// What held data in the newest snapshots of a model, wherever they come from. One that is damaged is left out.
    /// </summary>
    /// <param name="model">The model, in full; an empty one has no snapshots.</param>
    /// <param name="mostSnapshots">Look at so many at the most; of equal contents one counts.</param>
    public ActiveItems ActiveItems(string model, int mostSnapshots)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostSnapshots, 1);
        var items = new HashSet<(byte Slot, ushort Item)>();
        int read = 0;
        List<string> contents = model.Length == 0 ? [] : _store.Read(sql => sql.Query(
            "SELECT sha256 FROM snapshots WHERE model = @model GROUP BY sha256 ORDER BY MAX(id) DESC LIMIT @limit", row => row.GetString(0),
            ("@model", model), ("@limit", mostSnapshots)));
        foreach (string sha256 in contents)
        {
            try
            {
                if (LoadContent(sha256) is not { } content)
                    continue;
                items.UnionWith(content.Readings.Where(reading => reading.IsActive).Select(reading => (reading.Slot, reading.Item.Number)));
                read++;
            }
            catch (VaultUnavailableException error) when (error.Fault == VaultFault.Failed)
            {
                // SQLite found its pages damaged, or the disk could not read them; others may be sound.
            }
        }
        return new ActiveItems(items, read);
    }

    // Null when it is not there or not what was kept.
    private SnapshotContent? LoadContent(string sha256) =>
        _store.Read(sql => StoredBytes(sql, sha256)) is { } bytes && SnapshotContent.Hash(bytes) == sha256 ? SnapshotContent.Parse(bytes) : null;

    private static void SaveContent(VaultSql sql, SnapshotContent content)
    {
        if (StoredBytes(sql, content.Sha256) is not { } stored)
        {
            sql.Execute("INSERT INTO contents (sha256, bytes) VALUES (@sha256, @bytes)",
                ("@sha256", content.Sha256), ("@bytes", content.Canonical.ToArray()));
        }
        else if (!content.Canonical.Span.SequenceEqual(stored))
        {
            // The stored bytes were damaged since; a new backup must not lean on them, and can heal the old ones.
            sql.Execute("UPDATE contents SET bytes = @bytes WHERE sha256 = @sha256",
                ("@sha256", content.Sha256), ("@bytes", content.Canonical.ToArray()));
        }
    }

    /// <summary>What is stored of a content, damaged or not; null when nothing is.</summary>
    internal static byte[]? StoredBytes(VaultSql sql, string sha256) =>
        sql.Scalar("SELECT bytes FROM contents WHERE sha256 = @sha256", ("@sha256", sha256)) as byte[];

    private static SnapshotInfo Row(SqliteDataReader row) => new(
        row.GetString(0),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        (SnapshotOrigin)row.GetInt32(2),
        row.GetString(3),
        new PhoneIdentity(row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), row.GetString(8)),
        row.GetString(9),
        row.GetInt32(10),
        row.GetInt32(11),
        [.. JsonSerializer.Deserialize<int[]>(row.GetString(12))!.Select(slot => (byte)slot)],
        JsonSerializer.Deserialize<string[]>(row.GetString(13))!);
}
