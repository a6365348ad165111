using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// What restores are doing. Every step is on the disk before the next is taken, so after any crash the rows that are not closed name
/// the phones whose state has to be looked at, and how far each write got. Each call is one transaction.
/// </summary>
public sealed class Journal
{
    private readonly VaultStore _store;
    private readonly Attention _attention;
    private readonly TimeProvider _time;

    internal Journal(VaultStore store, Attention attention, TimeProvider time)
    {
        _store = store;
        _attention = attention;
        _time = time;
    }

    /// <summary>Opens a row as <see cref="JournalState.Checked"/>; it is on the disk when this returns.</summary>
    /// <exception cref="DuplicateRequestException">The request id is in the journal.</exception>
    /// <exception cref="ArgumentException">
    /// The entry is not sound: no request id or device, no slot or one twice, data of a wrong length, or a snapshot that does not exist.
    /// </exception>
    /// <exception cref="VaultUnavailableException">The row was not kept; nothing may be sent.</exception>
    public JournalRow Open(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Slots.Count == 0)
            throw new ArgumentException("A write has a slot at least.", nameof(entry));
        JournalRow opened = Try("the journal does not take this entry", nameof(entry), sql =>
        {
            if (FindByRequestId(sql, entry.RequestId) is { } existing)
                throw new DuplicateRequestException(existing);
            long id = (long)sql.Scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM journal")!;
            JournalTable.Insert(sql, id, entry, Now());
            return JournalTable.Get(sql, id, JournalState.Checked);
        });
        _attention.Note(rows: 1);
        return opened;
    }

    /// <summary>Moves a row from Checked to <see cref="JournalState.BackedUp"/>; on the disk on return.</summary>
    /// <param name="id">The row.</param>
    /// <param name="snapshot">Name of the snapshot taken before the write, in full.</param>
    /// <exception cref="JournalOrderException">The row does not exist, or is backed up or further.</exception>
    /// <exception cref="ArgumentException">There is no such snapshot.</exception>
    public void BackedUp(long id, string snapshot)
    {
        ArgumentException.ThrowIfNullOrEmpty(snapshot);
        Try("the journal does not take this backup", nameof(snapshot), sql =>
        {
            Before(sql, id, JournalState.BackedUp);
            return sql.Execute("UPDATE journal SET state = @state, backup_snapshot = @snapshot WHERE id = @id",
                ("@state", (int)JournalState.BackedUp), ("@snapshot", snapshot), ("@id", id));
        });
        _attention.Note();
    }

    /// <summary>Moves a row that is backed up forward, to a state from Intent to ReRead; states may be left out. On the disk on return.</summary>
    /// <exception cref="JournalOrderException">The row does not exist, is not backed up, or is there or further.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The state is reached otherwise: by Open, BackedUp or Close.</exception>
    public void Advance(long id, JournalState state)
    {
        if (state is < JournalState.Intent or > JournalState.ReRead)
            throw new ArgumentOutOfRangeException(nameof(state), state, "Rows are advanced to Intent, Sent, ReadBack, Reset or ReRead.");
        _store.Write(sql =>
        {
            if (Before(sql, id, state) is { State: JournalState.Checked })
                throw new JournalOrderException(id, JournalState.Checked, state);
            return sql.Execute("UPDATE journal SET state = @state WHERE id = @id", ("@state", (int)state), ("@id", id));
        });
        _attention.Note();
    }

    /// <summary>
    /// Notes that the phone was, or is about to be, put into offline mode and must be restarted (true), or that it need not be any
    /// more (false). On the disk on return; writes nothing when it is noted so.
    /// </summary>
    /// <exception cref="JournalOrderException">The row does not exist, or is closed.</exception>
    public void NoteOffline(long id, bool offline) =>
        Note(id, row => row.Offline != offline, $"UPDATE journal SET offline = {(offline ? 1 : 0)} WHERE id = @id");

    /// <summary>Notes that the phone was seen to restart after the write. On the disk on return; writes nothing when it is noted.</summary>
    /// <exception cref="JournalOrderException">The row does not exist, or is closed.</exception>
    public void NoteRestarted(long id) => Note(id, row => !row.Restarted, "UPDATE journal SET restarted = 1 WHERE id = @id");

    /// <summary>Counts an attempt to put back what the slots held; on the disk on return.</summary>
    /// <exception cref="JournalOrderException">The row does not exist, or is closed.</exception>
    public void NotePutBack(long id) => Note(id, _ => true, "UPDATE journal SET put_backs = put_backs + 1 WHERE id = @id");

    /// <summary>Closes a row, for good, and seals it with its hash; on the disk on return.</summary>
    /// <param name="id">The row, in any state but closed.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="errorReason">Name of the error it ended with, or empty.</param>
    /// <param name="advice">What a person should do now, or empty.</param>
    /// <param name="settledBy">The person who closed it by hand, and why; empty when the agent found out how it ended.</param>
    /// <exception cref="JournalOrderException">The row does not exist, or is closed.</exception>
    public JournalRow Close(long id, WriteOutcome outcome, string errorReason, string advice, string settledBy = "")
    {
        if (!Enum.IsDefined(outcome))
            throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome.");
        ArgumentNullException.ThrowIfNull(errorReason);
        ArgumentNullException.ThrowIfNull(advice);
        ArgumentNullException.ThrowIfNull(settledBy);
        JournalRow sealedUp = _store.Write(sql =>
        {
            long now = Now();
            JournalRow closed = Before(sql, id, JournalState.Closed) with
            {
                State = JournalState.Closed,
                Outcome = outcome,
                ErrorReason = errorReason,
                Advice = advice,
                SettledBy = settledBy,
                EndedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
            };
            sql.Execute(
                "UPDATE journal SET state = @state, outcome = @outcome, error_reason = @error_reason, advice = @advice, "
                + "settled_by = @settled_by, sha256 = @sha256, ended_at = @ended_at WHERE id = @id",
                ("@state", (int)closed.State), ("@outcome", (int)outcome), ("@error_reason", errorReason), ("@advice", advice),
                ("@settled_by", settledBy), ("@sha256", JournalRow.Hash(closed)), ("@ended_at", now), ("@id", id));
            return JournalTable.Get(sql, id, JournalState.Closed);
        });
        _attention.Note(rows: -1);
        return sealedUp;
    }

    /// <summary>The row of that number, or null.</summary>
    public JournalRow? Find(long id) => _store.Read(sql => JournalTable.Query(sql, "id = @id", ("@id", id)).FirstOrDefault());

    /// <summary>The row of a request, or null.</summary>
    public JournalRow? FindByRequestId(string requestId) => _store.Read(sql => FindByRequestId(sql, requestId));

    /// <summary>
    /// The rows that gave a slot data that begins so, or may have: those that are open and past the intent, and those closed Applied or
    /// Unknown. Newest first.
    /// </summary>
    /// <param name="beginning">The first bytes of the data.</param>
    public IReadOnlyList<JournalRow> ListGiven(byte[] beginning) => _store.Read(sql => JournalTable.Query(sql,
        "state >= 3 AND (outcome IS NULL OR outcome IN (1, 4)) AND EXISTS (SELECT 1 FROM journal_slots AS given WHERE given.journal = journal.id "
        + "AND substr(given.new_data, 1, @length) = @beginning) ORDER BY id DESC",
        ("@length", beginning.Length), ("@beginning", beginning)));

    /// <summary>All rows that are not closed, oldest first.</summary>
    public IReadOnlyList<JournalRow> ListOpen() => _store.Read(sql => JournalTable.Query(sql, "state < 8 ORDER BY id"));

    /// <summary>Lists rows, newest first.</summary>
    /// <param name="device">Only those of this phone, by its full name; null for all.</param>
    /// <param name="openOnly">Only those that are not closed.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="before">Only those with a smaller number: the last of the page before; null for the first page.</param>
    public IReadOnlyList<JournalRow> List(string? device, bool openOnly, int limit, long? before)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        string where = (device is null ? "" : "device = @device AND ") + (openOnly ? "state < 8 AND " : "");
        return _store.Read(sql => JournalTable.Query(sql, $"{where}id < @before ORDER BY id DESC LIMIT @limit",
            ("@device", device), ("@before", before ?? long.MaxValue), ("@limit", limit)));
    }

    internal static int CountOpen(VaultSql sql) => Convert.ToInt32(sql.Scalar("SELECT COUNT(*) FROM journal WHERE state < 8"), null);

    private static JournalRow? FindByRequestId(VaultSql sql, string requestId) =>
        JournalTable.Query(sql, "request_id = @request_id", ("@request_id", requestId)).FirstOrDefault();

    private static JournalRow Before(VaultSql sql, long id, JournalState asked)
    {
        JournalRow row = JournalTable.Get(sql, id, asked);
        return row.State < asked ? row : throw new JournalOrderException(id, row.State, asked);
    }

    private void Note(long id, Func<JournalRow, bool> isNews, string update) => _store.Write(sql =>
    {
        JournalRow row = JournalTable.Get(sql, id, asked: null);
        if (row.State == JournalState.Closed)
            throw new JournalOrderException(id, row.State, asked: null);
        return isNews(row) ? sql.Execute(update, ("@id", id)) : 0;
    });

    private T Try<T>(string refusal, string argument, Func<VaultSql, T> work)
    {
        try
        {
            return _store.Write(work);
        }
        catch (SqliteException error) when (VaultStore.IsConstraint(error))
        {
            throw new ArgumentException($"{refusal}: {error.Message}", argument, error);
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
