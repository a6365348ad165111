using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// Dumps and what they have read so far. A batch is on the disk before anybody is told of it, so a dump goes on behind its last batch
/// after any crash. An ended job is never changed, only forgotten in time.
/// </summary>
public sealed class Jobs
{
    /// <summary>The most bytes a batch may have.</summary>
    public const int LongestBatch = 1 << 20;

    /// <summary>The most bytes a request may have, in UTF-8.</summary>
    public const int LongestRequest = 1 << 20;

    private static readonly TimeSpan SpoolKept = TimeSpan.FromHours(24);
    private static readonly TimeSpan RowKept = TimeSpan.FromDays(30);

    private readonly VaultStore _store;
    private readonly TimeProvider _time;

    internal Jobs(VaultStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>Makes a job as <see cref="JobState.Running"/>; it is on the disk when this returns.</summary>
    /// <exception cref="ArgumentException">It has no device, a total below 0, or too long a request.</exception>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public JobRow Create(NewJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentException.ThrowIfNullOrEmpty(job.Device);
        ArgumentOutOfRangeException.ThrowIfNegative(job.Total);
        if (Encoding.UTF8.GetByteCount(job.Request) > LongestRequest)
            throw new ArgumentException($"A request has at most {LongestRequest} bytes.", nameof(job));
        return _store.Write(sql =>
        {
            long now = Now();
            long id = (long)sql.Scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM jobs")!;
            string seed = string.Create(CultureInfo.InvariantCulture, $"{id}/{now}/{job.Device}");
            sql.Execute(
                $"INSERT INTO jobs ({JobTable.Columns}) VALUES (@id, @name, 1, @device, @model, @build, @esn, @meid, @compiled, @request, "
                + "@operator, @now, NULL, @total, 0, 0, 0, 0, 0, 0, NULL, '', '', '', @notes, @traceparent)",
                ("@id", id), ("@name", DayNames.Free(sql, "jobs", DateTimeOffset.FromUnixTimeMilliseconds(now), seed)),
                ("@device", job.Device), ("@model", job.Identity.Model), ("@build", job.Identity.Build), ("@esn", job.Identity.Esn),
                ("@meid", job.Identity.Meid), ("@compiled", job.Identity.Compiled), ("@request", job.Request),
                ("@operator", job.Operator), ("@now", now), ("@total", job.Total), ("@notes", JsonSerializer.Serialize(job.Notes)), ("@traceparent", job.Traceparent));
            return JobTable.Get(sql, id);
        });
    }

    /// <summary>Finds by name or by a beginning that no other name has; "jobs/" may stand before it.</summary>
    /// <exception cref="JobNotFoundException">None or several go by it.</exception>
    public JobRow Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return DayNames.Find(_store, "jobs", JobTable.Columns, JobTable.Row, name) is var found && found is [JobRow job]
            ? job
            : throw new JobNotFoundException(name, [.. found.Select(row => row.Name)]);
    }

    /// <summary>Lists jobs in the reverse order of making.</summary>
    /// <param name="device">Only those of this phone, by its full name; null for all.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="after">Only those after this one in the list: the last name of the page before; null for the first page.</param>
    /// <exception cref="JobNotFoundException">There is no job <paramref name="after"/>.</exception>
    public IReadOnlyList<JobRow> List(string? device, int limit, string? after)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _store.Read(sql =>
        {
            long before = long.MaxValue;
            if (!string.IsNullOrEmpty(after))
            {
                before = sql.Scalar("SELECT id FROM jobs WHERE name = @name", ("@name", after)) as long?
                    ?? throw new JobNotFoundException(after, []);
            }
            return device is null
                ? sql.Query($"SELECT {JobTable.Columns} FROM jobs WHERE id < @before ORDER BY id DESC LIMIT @limit", JobTable.Row,
                    ("@before", before), ("@limit", limit))
                : sql.Query(
                    $"SELECT {JobTable.Columns} FROM jobs WHERE device = @device AND id < @before ORDER BY id DESC LIMIT @limit",
                    JobTable.Row, ("@device", device), ("@before", before), ("@limit", limit));
        });
    }

    /// <summary>All jobs that have not ended, oldest first: what an agent that starts has to take up.</summary>
    public IReadOnlyList<JobRow> ListUnended() =>
        _store.Read(sql => sql.Query($"SELECT {JobTable.Columns} FROM jobs WHERE state < 3 ORDER BY id", JobTable.Row));

    /// <summary>Adds batches and says how far the job has come with them, all or nothing; on the disk when this returns.</summary>
    /// <param name="id">The job; it has not ended.</param>
    /// <param name="firstSequence">The first batch's number: the job's last plus 1.</param>
    /// <param name="batches">Each of 1 to <see cref="LongestBatch"/> bytes; copied. May be none.</param>
    /// <param name="tally">How far the job has come, in all.</param>
    /// <param name="reading">Time spent reading, in all.</param>
    /// <exception cref="InvalidOperationException">The number is not the next.</exception>
    /// <exception cref="JobEndedException">The job has ended.</exception>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    /// <exception cref="ArgumentException">A batch is empty or too long, or the tally contradicts itself.</exception>
    /// <exception cref="VaultUnavailableException">Nothing of it was kept.</exception>
    public void Append(long id, long firstSequence, IReadOnlyList<ReadOnlyMemory<byte>> batches, JobTally tally, TimeSpan reading)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstSequence, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reading, TimeSpan.Zero);
        if (batches.Any(batch => batch.Length is 0 or > LongestBatch))
            throw new ArgumentException($"A batch has 1 to {LongestBatch} bytes.", nameof(batches));
        if (!tally.IsSound)
            throw new ArgumentException("A tally's parts are 0 or more and not more than is done.", nameof(tally));
        _store.Write(sql =>
        {
            int changed = sql.Execute(
                "UPDATE jobs SET last_sequence = @last, done = @done, active = @active, absent = @absent, skipped = @skipped, "
                + "reading = @reading WHERE id = @id AND state < 3 AND last_sequence = @before",
                ("@last", firstSequence - 1 + batches.Count), ("@done", tally.Done), ("@active", tally.Active), ("@absent", tally.Absent),
                ("@skipped", tally.Skipped), ("@reading", reading.Ticks), ("@id", id), ("@before", firstSequence - 1));
            if (changed == 0)
            {
                throw new InvalidOperationException(
                    $"batch {firstSequence} does not follow batch {JobTable.Unended(sql, id).LastSequence}, the job's last");
            }
            for (int i = 0; i < batches.Count; i++)
            {
                sql.Execute("INSERT INTO job_batches (job, sequence, bytes) VALUES (@job, @sequence, @bytes)",
                    ("@job", id), ("@sequence", firstSequence + i), ("@bytes", batches[i].ToArray()));
            }
            return changed;
        });
    }

    /// <summary>A batch's bytes; null when it was never there, or is no longer kept. Does not wait for writers.</summary>
    public byte[]? Batch(long id, long sequence) =>
        _store.Read(sql => sql.Scalar("SELECT bytes FROM job_batches WHERE job = @job AND sequence = @sequence",
            ("@job", id), ("@sequence", sequence)) as byte[]);

    /// <summary>Says whether the job reads or waits; on the disk when this returns.</summary>
    /// <param name="id">The job; it has not ended.</param>
    /// <param name="state"><see cref="JobState.Running"/> or <see cref="JobState.WaitingForPhone"/>.</param>
    /// <exception cref="JobEndedException">The job has ended.</exception>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public void SetState(long id, JobState state)
    {
        if (state is not (JobState.Running or JobState.WaitingForPhone))
            throw new ArgumentOutOfRangeException(nameof(state), state, "A job is running or waits for its phone, and is ended by End.");
        _store.Write(sql => JobTable.Unended(sql, id).State == state
            ? 0
            : sql.Execute("UPDATE jobs SET state = @state WHERE id = @id", ("@state", (int)state), ("@id", id)));
    }

    /// <summary>Adds notes to those the job has; on the disk when this returns.</summary>
    /// <exception cref="JobEndedException">The job has ended.</exception>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public void AddNotes(long id, IReadOnlyList<string> notes)
    {
        ArgumentNullException.ThrowIfNull(notes);
        _store.Write(sql => sql.Execute("UPDATE jobs SET notes = @notes WHERE id = @id",
            ("@notes", JsonSerializer.Serialize(JobTable.Unended(sql, id).Notes.Concat(notes))), ("@id", id)));
    }

    /// <summary>Ends a job, for good, and keeps what it read, all or nothing; on the disk when this returns.</summary>
    /// <param name="id">The job; it has not ended.</param>
    /// <param name="end">How.</param>
    /// <param name="read">
    /// Kept as a snapshot of the job's phone with all notes of the job, those of <paramref name="end"/> included; its name becomes the
    /// job's <see cref="JobRow.Snapshot"/>. Null when nothing is to be kept.
    /// </param>
    /// <exception cref="JobEndedException">It had ended before.</exception>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    /// <exception cref="ArgumentException">The state is no end, or the hash is none.</exception>
    /// <exception cref="VaultUnavailableException">The job has not ended, and nothing was kept.</exception>
    public JobRow End(long id, JobEnd end, SnapshotContent? read = null)
    {
        ArgumentNullException.ThrowIfNull(end);
        if (end.State is < JobState.Succeeded or > JobState.Cancelled)
            throw new ArgumentException($"{end.State} is no end.", nameof(end));
        try
        {
            return _store.Write(sql =>
            {
                JobRow job = JobTable.Unended(sql, id);
                DateTimeOffset now = _time.GetUtcNow();
                string[] notes = [.. job.Notes, .. end.Notes];
                string? snapshot = read is null
                    ? null
                    : Snapshots.Save(sql, now, new NewSnapshot(SnapshotOrigin.Read, job.Device, job.Identity, notes), read).Name;
                sql.Execute(
                    "UPDATE jobs SET state = @state, ended_at = @now, spool_until = @spool_until, snapshot = @snapshot, sha256 = @sha256, "
                    + "error_reason = @error_reason, error_message = @error_message, notes = @notes WHERE id = @id",
                    ("@state", (int)end.State), ("@now", now.ToUnixTimeMilliseconds()),
                    ("@spool_until", (now + SpoolKept).ToUnixTimeMilliseconds()),
                    ("@snapshot", snapshot), ("@sha256", end.Sha256),
                    ("@error_reason", end.ErrorReason), ("@error_message", end.ErrorMessage),
                    ("@notes", JsonSerializer.Serialize(notes)), ("@id", id));
                return JobTable.Get(sql, id);
            });
        }
        catch (SqliteException error) when (VaultStore.IsConstraint(error))
        {
            throw new ArgumentException($"a job does not end like this: {error.Message}", nameof(end), error);
        }
    }

    /// <summary>
    /// Forgets what is old: batches 24 hours after the job's end, and jobs 30 days after it. Others can work meanwhile: each job is a transaction of its own.
    /// </summary>
    public void Prune()
    {
        long now = Now(), old = now - (long)RowKept.TotalMilliseconds;
        List<(long Id, bool IsOld)> ended = _store.Read(sql => sql.Query(
            "SELECT id, ended_at <= @old FROM jobs WHERE state >= 3 AND (ended_at <= @old OR spool_until <= @now "
            + "AND EXISTS (SELECT 1 FROM job_batches WHERE job = jobs.id)) ORDER BY id", row => (row.GetInt64(0), row.GetBoolean(1)),
            ("@old", old), ("@now", now)));
        foreach ((long id, bool isOld) in ended)
        {
            _store.Write(sql => sql.Execute("DELETE FROM job_batches WHERE job = @id", ("@id", id))
                + (isOld ? sql.Execute("DELETE FROM jobs WHERE id = @id", ("@id", id)) : 0));
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
