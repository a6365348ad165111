using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>What the tables refuse, what is forgotten when, and what a vault that cannot write leaves behind.</summary>
public sealed class JobsKeptTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Jobs Jobs => _room.Vault.Jobs;

    [Theory]
    [InlineData("UPDATE jobs SET state = 1, ended_at = NULL, spool_until = NULL WHERE id = 1")]
    [InlineData("UPDATE jobs SET notes = '[]' WHERE id = 1")]
    [InlineData("UPDATE jobs SET spool_until = 0 WHERE id = 1")]
    [InlineData("INSERT INTO job_batches (job, sequence, bytes) VALUES (1, 2, x'00')")]
    [InlineData("UPDATE job_batches SET bytes = x'00' WHERE job = 1")]
    [InlineData("UPDATE jobs SET request = '' WHERE id = 2")]
    [InlineData("UPDATE jobs SET device = 'phone-9' WHERE id = 2")]
    [InlineData("UPDATE jobs SET total = 1 WHERE id = 2")]
    [InlineData("UPDATE jobs SET last_sequence = 0 WHERE id = 2")]
    [InlineData("UPDATE jobs SET state = 3 WHERE id = 2")]
    [InlineData("UPDATE jobs SET ended_at = 1 WHERE id = 2")]
    [InlineData("UPDATE jobs SET state = 6 WHERE id = 2")]
    [InlineData("UPDATE jobs SET active = 9 WHERE id = 2")]
    [InlineData("UPDATE job_batches SET bytes = x'00' WHERE job = 2")]
    [InlineData("DELETE FROM job_batches WHERE job = 2")]
    [InlineData("DELETE FROM jobs WHERE id = 2")]
    [InlineData("INSERT INTO job_batches (job, sequence, bytes) VALUES (2, 1, x'00')")]
    [InlineData("INSERT INTO job_batches (job, sequence, bytes) VALUES (2, 2, x'')")]
    public void The_tables_refuse(string statement)
    {
        JobRow ended = _room.Job(), running = _room.Job();
        _room.Append(ended, [1]);
        _room.Append(running, [2]);
        _room.End(ended);
        Assert.Equal((1, 2), (ended.Id, running.Id));

        Assert.Equal(19, Assert.Throws<SqliteException>(() => _room.Raw("PRAGMA foreign_keys = OFF; " + statement)).SqliteErrorCode);
    }

    [Fact]
    public void Batches_go_a_day_and_jobs_30_days_after_the_end()
    {
        JobRow job = _room.Job();
        _room.Append(job, [1], [2]);
        _room.Time.Advance(TimeSpan.FromDays(100));
        _room.End(job);

        _room.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Jobs.Prune();
        Assert.Equal([1], Jobs.Batch(job.Id, 1));

        _room.Time.Advance(TimeSpan.FromMilliseconds(1));
        Jobs.Prune();
        Assert.Null(Jobs.Batch(job.Id, 1));
        Assert.Null(Jobs.Batch(job.Id, 2));

        _room.Time.Advance(TimeSpan.FromDays(29) - TimeSpan.FromMilliseconds(1));
        Jobs.Prune();
        Assert.Equal((JobState.Succeeded, 2), (Jobs.Find(job.Name).State, Jobs.Find(job.Name).LastSequence));

        _room.Time.Advance(TimeSpan.FromMilliseconds(1));
        Jobs.Prune();
        Assert.Empty(Jobs.List(null, 10, null));
    }

    [Fact]
    public void What_has_not_ended_is_never_forgotten()
    {
        JobRow running = _room.Job(), waiting = _room.Job();
        _room.Append(running, [1]);
        _room.Append(waiting, [2]);
        Jobs.SetState(waiting.Id, JobState.WaitingForPhone);

        _room.Time.Advance(TimeSpan.FromDays(1000));
        Jobs.Prune();

        Assert.Equal([running.Name, waiting.Name], Jobs.ListUnended().Select(job => job.Name));
        Assert.Equal([1], Jobs.Batch(running.Id, 1));
        Assert.Equal([2], Jobs.Batch(waiting.Id, 1));
    }

    [Fact]
    public void A_full_disk_keeps_nothing_of_a_group_and_the_job_goes_on_when_there_is_room()
    {
        using VaultStore store = VaultStore.Open(_room.Home);
        var jobs = new Jobs(store, _room.Time);
        JobRow job = jobs.Create(new NewJob("phone-1", VaultRoom.Galaxy, "", "ana", 10, []));
        jobs.Append(job.Id, 1, [new byte[100]], new JobTally(1, 1, 0, 0), TimeSpan.FromSeconds(1));
        JobRow before = jobs.Find(job.Name);
        long pages = (long)store.Write(sql => sql.Scalar("PRAGMA page_count"))!;
        store.Write(sql => sql.Scalar($"PRAGMA max_page_count = {pages + 20}"));
        ReadOnlyMemory<byte>[] group = [new byte[30_000], new byte[30_000], new byte[30_000], new byte[30_000]];

        var error = Assert.Throws<VaultUnavailableException>(
            () => jobs.Append(job.Id, 2, group, new JobTally(5, 5, 0, 0), TimeSpan.FromSeconds(2)));

        Assert.Equal(VaultFault.Full, error.Fault);
        Assert.Equivalent(before, jobs.Find(job.Name), strict: true);
        Assert.All(Enumerable.Range(2, 4), sequence => Assert.Null(jobs.Batch(job.Id, sequence)));

        store.Write(sql => sql.Scalar("PRAGMA max_page_count = 100000"));
        jobs.Append(job.Id, 2, group, new JobTally(5, 5, 0, 0), TimeSpan.FromSeconds(2));
        Assert.Equal(5, jobs.Find(job.Name).LastSequence);
        Assert.Equal(30_000, jobs.Batch(job.Id, 5)!.Length);
    }

    [Fact]
    public void A_vault_that_cannot_be_written_is_unavailable_and_still_read()
    {
        using VaultStore store = VaultStore.Open(_room.Home);
        var jobs = new Jobs(store, _room.Time);
        JobRow job = jobs.Create(new NewJob("phone-1", VaultRoom.Galaxy, "", "ana", 10, []));
        jobs.Append(job.Id, 1, [new byte[] { 1 }], default, default);
        store.Write(sql => sql.Execute("PRAGMA query_only = ON"));

        var error = Assert.Throws<VaultUnavailableException>(() => jobs.Append(job.Id, 2, [new byte[] { 2 }], default, default));

        Assert.Equal(VaultFault.NoAccess, error.Fault);
        Assert.Throws<VaultUnavailableException>(() => jobs.End(job.Id, new JobEnd(JobState.Failed, "", "", "", [])));
        Assert.Throws<VaultUnavailableException>(() => new Learned(store).RememberWindow("SM-G991U", "", 4));
        Assert.Equal([1], jobs.Batch(job.Id, 1));
        Assert.Equal(JobState.Running, jobs.Find(job.Name).State);
    }

    [Fact]
    public void Readers_do_not_wait_for_a_writer_and_see_nothing_before_its_commit()
    {
        using VaultStore store = VaultStore.Open(_room.Home);
        var jobs = new Jobs(store, _room.Time);
        JobRow job = jobs.Create(new NewJob("phone-1", VaultRoom.Galaxy, "", "ana", 10, []));

        // Another thread reads while this one is in the middle of a transaction.
        (byte[]? Batch, JobTally Tally) seen = store.Write(sql =>
        {
            sql.Execute("INSERT INTO job_batches (job, sequence, bytes) VALUES (@job, 1, x'01')", ("@job", job.Id));
            sql.Execute("UPDATE jobs SET done = 1 WHERE id = @job", ("@job", job.Id));
            return Task.Run(() => (jobs.Batch(job.Id, 1), jobs.Find(job.Name).Tally)).WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
        });

        Assert.Equal((null, default), seen);
        Assert.Equal([1], jobs.Batch(job.Id, 1));
        Assert.Equal(1, jobs.Find(job.Name).Tally.Done);
    }

    [Fact]
    public void The_readers_connection_cannot_write()
    {
        using VaultStore store = VaultStore.Open(_room.Home);

        Assert.Throws<VaultUnavailableException>(() => store.Read(sql => sql.Execute("DELETE FROM learned_skips")));
    }

    public void Dispose() => _room.Dispose();
}
