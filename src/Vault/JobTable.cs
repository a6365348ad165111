using System.Globalization;
using System.Text.Json;
using ImeiAgent.Diag.Identity;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>The tables of jobs and their batches, which refuse what must not happen to them whoever asks.</summary>
internal static class JobTable
{
    public const string Schema1 = """
        CREATE TABLE jobs (
            id INTEGER NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
            device TEXT NOT NULL CHECK (length(device) > 0),
            model TEXT NOT NULL,
            build TEXT NOT NULL,
            esn TEXT NOT NULL,
            meid TEXT NOT NULL,
            compiled TEXT NOT NULL,
            request TEXT NOT NULL CHECK (length(request) <= 1048576),
            operator TEXT NOT NULL,
            created_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            ended_at BIGINT,
            spool_until BIGINT, -- when the batches may go
            total INTEGER NOT NULL CHECK (total >= 0),
            done INTEGER NOT NULL,
            active INTEGER NOT NULL CHECK (active >= 0),
            absent INTEGER NOT NULL CHECK (absent >= 0),
            skipped INTEGER NOT NULL CHECK (skipped >= 0),
            last_sequence BIGINT NOT NULL CHECK (last_sequence >= 0),
            reading BIGINT NOT NULL CHECK (reading >= 0), -- units of 100 ns
            snapshot TEXT REFERENCES snapshots (name),
            sha256 TEXT NOT NULL CHECK (length(sha256) IN (0, 64)),
            error_reason TEXT NOT NULL,
            error_message TEXT NOT NULL,
            notes TEXT NOT NULL, -- JSON array of strings
            CHECK (active + absent + skipped <= done),
            CHECK ((state >= 3) = (ended_at IS NOT NULL)),
            CHECK ((state >= 3) = (spool_until IS NOT NULL))
        );
        CREATE INDEX jobs_device ON jobs (device, id);
        CREATE INDEX jobs_unended ON jobs (id) WHERE state < 3;
        CREATE TABLE job_batches (
            job BIGINT NOT NULL REFERENCES jobs (id),
            sequence BIGINT NOT NULL CHECK (sequence >= 1),
            bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 1048576),
            PRIMARY KEY (job, sequence)
        );
        CREATE TRIGGER jobs_ended BEFORE UPDATE ON jobs WHEN OLD.state >= 3
            BEGIN SELECT RAISE(ABORT, 'an ended job cannot be changed'); END;
        CREATE TRIGGER jobs_forward BEFORE UPDATE ON jobs WHEN NEW.last_sequence < OLD.last_sequence
            BEGIN SELECT RAISE(ABORT, 'a job only goes forward'); END;
        CREATE TRIGGER jobs_meant BEFORE UPDATE OF id, name, device, model, build, esn, meid, compiled, request, operator, created_at,
            total ON jobs
            BEGIN SELECT RAISE(ABORT, 'what a job is to do cannot be changed'); END;
        CREATE TRIGGER jobs_kept BEFORE DELETE ON jobs WHEN OLD.state < 3
            BEGIN SELECT RAISE(ABORT, 'a job that has not ended cannot be removed'); END;
        CREATE TRIGGER job_batches_ended BEFORE INSERT ON job_batches WHEN (SELECT state FROM jobs WHERE id = NEW.job) >= 3
            BEGIN SELECT RAISE(ABORT, 'an ended job takes no batch'); END;
        CREATE TRIGGER job_batches_unchanged BEFORE UPDATE ON job_batches
            BEGIN SELECT RAISE(ABORT, 'a batch cannot be changed'); END;
        CREATE TRIGGER job_batches_kept BEFORE DELETE ON job_batches WHEN (SELECT state FROM jobs WHERE id = OLD.job) < 3
            BEGIN SELECT RAISE(ABORT, 'a batch of a job that has not ended cannot be removed'); END;
        """;

    public const string Schema2 = "ALTER TABLE jobs ADD COLUMN traceparent TEXT NOT NULL DEFAULT ''";

    public const string Columns =
        "id, name, state, device, model, build, esn, meid, compiled, request, operator, created_at, ended_at, total, done, active, "
        + "absent, skipped, last_sequence, reading, snapshot, sha256, error_reason, error_message, notes, traceparent";

    public static JobRow Get(VaultSql sql, long id) =>
        sql.Query($"SELECT {Columns} FROM jobs WHERE id = @id", Row, ("@id", id)) is [JobRow job]
            ? job
            : throw new JobNotFoundException(id.ToString(CultureInfo.InvariantCulture), []);

    public static JobRow Unended(VaultSql sql, long id)
    {
        JobRow job = Get(sql, id);
        return job.IsEnded ? throw new JobEndedException(job) : job;
    }

    public static JobRow Row(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), (JobState)row.GetInt32(2), row.GetString(3),
        new PhoneIdentity(row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), row.GetString(8)),
        row.GetString(9), row.GetString(10),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)),
        row.IsDBNull(12) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(12)),
        row.GetInt32(13),
        new JobTally(row.GetInt32(14), row.GetInt32(15), row.GetInt32(16), row.GetInt32(17)),
        row.GetInt64(18), TimeSpan.FromTicks(row.GetInt64(19)),
        row.IsDBNull(20) ? "" : row.GetString(20), row.GetString(21), row.GetString(22), row.GetString(23),
        JsonSerializer.Deserialize<string[]>(row.GetString(24))!, row.GetString(25));
}
