using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class JobsTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Jobs Jobs => _room.Vault.Jobs;

    [Fact]
    public void A_job_comes_back_as_it_was_made()
    {
        JobRow made = _room.Job("phone-1", "a note", "with \"quotes\"\nand é");
        _room.Close();

        JobRow found = Jobs.Find(made.Name);

        Assert.Equivalent(made, found, strict: true);
        Assert.Matches("^20261123-[0-9a-f]{6}$", found.Name);
        Assert.Equal((JobState.Running, "phone-1", VaultRoom.Galaxy), (found.State, found.Device, found.Identity));
        Assert.Equal(("""{"slots":[1]}""", "ana", 65536), (found.Request, found.Operator, found.Total));
        Assert.Equal((_room.Time.GetUtcNow(), null, false), (found.CreatedAt, found.EndedAt, found.IsEnded));
        Assert.Equal((default(JobTally), 0, TimeSpan.Zero), (found.Tally, found.LastSequence, found.Reading));
        Assert.Equal(("", "", "", ""), (found.Snapshot, found.Sha256, found.ErrorReason, found.ErrorMessage));
        Assert.Equal(["a note", "with \"quotes\"\nand é"], found.Notes);
    }

    [Fact]
    public void What_is_no_job_is_refused()
    {
        var job = new NewJob("phone-1", PhoneIdentity.None, "", "", 1, []);

        Assert.Throws<ArgumentException>(() => Jobs.Create(job with { Device = "" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Jobs.Create(job with { Total = -1 }));
        // é has 2 bytes in UTF-8.
        Assert.Throws<ArgumentException>(() => Jobs.Create(job with { Request = new string('é', (1 << 19) + 1) }));
        Assert.Equal(1 << 20, Jobs.Create(job with { Request = new string('x', 1 << 20) }).Request.Length);
    }

    [Fact]
    public void A_unique_beginning_is_enough_with_or_without_the_collection()
    {
        JobRow today = _room.Job();
        _room.Time.Advance(TimeSpan.FromDays(1));
        JobRow tomorrow = _room.Job();
        JobRow another = _room.Job();

        Assert.Equal(today.Id, Jobs.Find("20261123").Id);
        Assert.Equal(tomorrow.Id, Jobs.Find("jobs/" + tomorrow.Name).Id);
        Assert.Equal(tomorrow.Id, Jobs.Find(tomorrow.Name.ToUpperInvariant()).Id);
        Assert.Equal([another.Name, tomorrow.Name], Assert.Throws<JobNotFoundException>(() => Jobs.Find("jobs/20261124")).Candidates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("jobs/")]
    [InlineData("snapshots/20261123")]
    [InlineData("20270101")]
    [InlineData("%")]
    public void A_name_that_nothing_has_is_not_found(string name)
    {
        _room.Job();

        var error = Assert.Throws<JobNotFoundException>(() => Jobs.Find(name));

        Assert.Equal(name, error.Name);
        Assert.Empty(error.Candidates);
    }

    [Fact]
    public void The_list_is_newest_first_of_one_phone_or_all_and_paged()
    {
        string[] names = [.. Enumerable.Range(0, 5).Select(i => _room.Job(i == 2 ? "phone-2" : "phone-1").Name)];

        Assert.Equal([names[4], names[3]], Names(null, 2, null));
        Assert.Equal([names[2], names[1]], Names(null, 2, names[3]));
        Assert.Equal([names[1], names[0]], Names("phone-1", 10, names[3]));
        Assert.Equal([names[2]], Names("phone-2", 10, null));
        Assert.Throws<JobNotFoundException>(() => Jobs.List(null, 10, "20261123-ffffff"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Jobs.List(null, 0, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => Jobs.List(null, 1001, null));
    }

    [Fact]
    public void Batches_come_back_with_the_tally_after_the_vault_was_closed()
    {
        JobRow job = _room.Job();
        JobRow other = _room.Job();
        Jobs.Append(job.Id, 1, [new byte[] { 1 }, new byte[] { 2, 2 }], new JobTally(10, 5, 3, 1), TimeSpan.FromMilliseconds(1.5));
        Jobs.Append(job.Id, 3, [new byte[] { 3, 3, 3 }], new JobTally(20, 6, 4, 2), TimeSpan.FromTicks(98_765_432_101));
        _room.Close();

        JobRow found = Jobs.Find(job.Name);

        Assert.Equal((3, new JobTally(20, 6, 4, 2), TimeSpan.FromTicks(98_765_432_101)), (found.LastSequence, found.Tally, found.Reading));
        Assert.Equal([[1], [2, 2], [3, 3, 3], null], Enumerable.Range(1, 4).Select(i => Jobs.Batch(job.Id, i)));
        Assert.Null(Jobs.Batch(job.Id, 0));
        Assert.Null(Jobs.Batch(other.Id, 1));
    }

    [Fact]
    public void The_bytes_are_copied_and_a_batch_may_be_part_of_a_larger_buffer()
    {
        JobRow job = _room.Job();
        byte[] buffer = [1, 2, 3, 4];
        Jobs.Append(job.Id, 1, [buffer.AsMemory(1, 2)], default, default);
        buffer.AsSpan().Clear();

        Assert.Equal([2, 3], Jobs.Batch(job.Id, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_batch_that_is_not_the_next_is_refused_and_changes_nothing(long sequence)
    {
        JobRow job = _room.Job();
        _room.Append(job, [1], [2]);
        JobRow before = Jobs.Find(job.Name);

        var error = Assert.Throws<InvalidOperationException>(
            () => Jobs.Append(job.Id, sequence, [new byte[] { 9 }], new JobTally(9, 9, 0, 0), TimeSpan.FromHours(1)));

        Assert.Contains("does not follow batch 2", error.Message, StringComparison.Ordinal);
        Assert.Equivalent(before, Jobs.Find(job.Name), strict: true);
        Assert.Equal([[1], [2], null, null], Enumerable.Range(1, 4).Select(i => Jobs.Batch(job.Id, i)));
    }

    [Fact]
    public void A_tally_may_come_without_a_batch()
    {
        JobRow job = _room.Job();
        _room.Append(job, [1]);
        Jobs.Append(job.Id, 2, [], new JobTally(7, 1, 0, 0), TimeSpan.FromSeconds(5));

        Assert.Equal((1, 7), (Jobs.Find(job.Name).LastSequence, Jobs.Find(job.Name).Tally.Done));
    }

    [Fact]
    public void A_batch_or_a_tally_that_cannot_be_is_refused()
    {
        JobRow job = _room.Job();
        byte[] one = [1];

        Assert.Throws<ArgumentException>(() => Jobs.Append(job.Id, 1, [one, ReadOnlyMemory<byte>.Empty], default, default));
        Assert.Throws<ArgumentException>(() => Jobs.Append(job.Id, 1, [new byte[Jobs.LongestBatch + 1]], default, default));
        Assert.Throws<ArgumentException>(() => Jobs.Append(job.Id, 1, [one], new JobTally(5, 3, 2, 1), default));
        Assert.Throws<ArgumentException>(() => Jobs.Append(job.Id, 1, [one], new JobTally(5, -1, 2, 1), default));
        Assert.Throws<ArgumentException>(() => Jobs.Append(job.Id, 1, [one], new JobTally(5, int.MaxValue, int.MaxValue, 1), default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Jobs.Append(job.Id, 0, [one], default, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Jobs.Append(job.Id, 1, [one], default, TimeSpan.FromTicks(-1)));
        Assert.Throws<JobNotFoundException>(() => Jobs.Append(99, 1, [one], default, default));
        Jobs.Append(job.Id, 1, [new byte[Jobs.LongestBatch]], default, default);
        Assert.Equal(1, Jobs.Find(job.Name).LastSequence);
    }

    [Fact]
    public void A_job_waits_and_goes_on_and_is_unended_all_the_while()
    {
        JobRow ended = _room.Job();
        JobRow waiting = _room.Job();
        JobRow running = _room.Job();
        Jobs.SetState(waiting.Id, JobState.WaitingForPhone);
        Jobs.SetState(running.Id, JobState.WaitingForPhone);
        Jobs.SetState(running.Id, JobState.Running);
        Jobs.SetState(running.Id, JobState.Running);
        _room.End(ended);
        _room.Close();

        Assert.Equal(
            [(waiting.Name, JobState.WaitingForPhone), (running.Name, JobState.Running)],
            Jobs.ListUnended().Select(job => (job.Name, job.State)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Jobs.SetState(running.Id, JobState.Failed));
        Assert.Throws<JobNotFoundException>(() => Jobs.SetState(99, JobState.Running));
    }

    [Fact]
    public void Notes_are_added_to_those_there()
    {
        JobRow job = _room.Job("phone-1", "first");
        Jobs.AddNotes(job.Id, ["second", "third"]);
        Jobs.End(job.Id, new JobEnd(JobState.Cancelled, "", "", "", ["last"]));

        Assert.Equal(["first", "second", "third", "last"], Jobs.Find(job.Name).Notes);
    }

    [Fact]
    public void The_end_is_kept_whole()
    {
        JobRow job = _room.Job();
        _room.Append(job, [1]);
        SnapshotContent content = VaultRoom.Content(7);
        _room.Time.Advance(TimeSpan.FromMinutes(3));

        JobRow ended = Jobs.End(job.Id, new JobEnd(JobState.Failed, content.Sha256, "PHONE_CHANGED", "another build", []), content);
        _room.Close();

        Assert.Equivalent(ended, Jobs.Find(job.Name), strict: true);
        Assert.Equal((JobState.Failed, true, _room.Time.GetUtcNow()), (ended.State, ended.IsEnded, ended.EndedAt));
        Assert.Equal((Assert.Single(_room.Vault.Snapshots.List(null, 10, null)).Name, content.Sha256), (ended.Snapshot, ended.Sha256));
        Assert.Equal(("PHONE_CHANGED", "another build"), (ended.ErrorReason, ended.ErrorMessage));
        Assert.Equal((1, 1), (ended.LastSequence, ended.Tally.Done));
        Assert.Equal([1], Jobs.Batch(job.Id, 1));
    }

    [Fact]
    public void What_was_read_is_kept_with_the_end()
    {
        JobRow job = _room.Job("phone-1", "first");
        SnapshotContent content = VaultRoom.Content(7);

        JobRow ended = Jobs.End(job.Id, new JobEnd(JobState.Succeeded, content.Sha256, "", "", ["last"]), content);
        _room.Close();

        SnapshotInfo kept = Assert.Single(_room.Vault.Snapshots.List(null, 10, null));
        Assert.Equal((kept.Name, content.Sha256), (ended.Snapshot, ended.Sha256));
        Assert.Equal((SnapshotOrigin.Read, "phone-1", VaultRoom.Galaxy, ended.EndedAt), (kept.Origin, kept.Device, kept.Identity, kept.TakenAt));
        Assert.Equal(["first", "last"], kept.Notes);
        Assert.Equal(["first", "last"], Jobs.Find(job.Name).Notes);
        Assert.Equal(content.Canonical, _room.Vault.Snapshots.Load(ended.Snapshot).Canonical);
    }

    [Fact]
    public void Of_an_end_that_fails_nothing_is_kept()
    {
        JobRow job = _room.Job();
        SnapshotContent content = VaultRoom.Content(7);

        Assert.Throws<ArgumentException>(() => Jobs.End(job.Id, new JobEnd(JobState.Succeeded, "abc", "", "", ["last"]), content));
        Assert.Throws<JobNotFoundException>(() => Jobs.End(99, new JobEnd(JobState.Succeeded, "", "", "", []), content));

        Assert.Empty(_room.Vault.Snapshots.List(null, 10, null));
        Assert.Equal(0L, _room.Raw("SELECT COUNT(*) FROM contents"));
        Assert.Equivalent(job, Assert.Single(Jobs.ListUnended()), strict: true);

        _room.End(job);
        Assert.Throws<JobEndedException>(() => Jobs.End(job.Id, new JobEnd(JobState.Succeeded, "", "", "", []), content));
        Assert.Empty(_room.Vault.Snapshots.List(null, 10, null));
    }

    [Fact]
    public void What_is_no_end_is_refused_and_the_job_goes_on()
    {
        JobRow job = _room.Job();

        Assert.Throws<ArgumentException>(() => _room.End(job, JobState.WaitingForPhone));
        Assert.Throws<ArgumentException>(() => _room.End(job, (JobState)6));
        Assert.Throws<ArgumentException>(() => Jobs.End(job.Id, new JobEnd(JobState.Succeeded, "abc", "", "", [])));
        Assert.Throws<JobNotFoundException>(() => Jobs.End(99, new JobEnd(JobState.Succeeded, "", "", "", [])));
        Assert.Equal(job.Name, Assert.Single(Jobs.ListUnended()).Name);
    }

    [Fact]
    public void An_ended_job_takes_nothing_more()
    {
        JobRow job = _room.Job();
        JobRow ended = _room.End(job, JobState.Cancelled);

        Assert.Equal(ended.Name, Assert.Throws<JobEndedException>(() => Jobs.Append(job.Id, 1, [new byte[1]], default, default)).Job.Name);
        Assert.Throws<JobEndedException>(() => Jobs.SetState(job.Id, JobState.Running));
        Assert.Throws<JobEndedException>(() => Jobs.AddNotes(job.Id, ["late"]));
        Assert.Equal(JobState.Cancelled, Assert.Throws<JobEndedException>(() => _room.End(job)).Job.State);
        Assert.Equivalent(ended, Jobs.Find(job.Name), strict: true);
        Assert.Null(Jobs.Batch(job.Id, 1));
    }

    private IEnumerable<string> Names(string? device, int limit, string? after) => Jobs.List(device, limit, after).Select(job => job.Name);

    public void Dispose() => _room.Dispose();
}
