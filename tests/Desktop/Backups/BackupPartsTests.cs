using Bunit;
using ImeiAgent.Client.Desktop.Backups;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace ImeiAgent.Desktop.Backups;

// The logic of lists and of the question before an end, without a browser.
public sealed class BackupPartsTests : ScriptedPage
{
    [Fact]
    public void Ended_backups_come_by_pages_newest_first()
    {
        Agent.OnListJobs = request => request.PageToken.Length == 0
            ? new ListJobsResponse { Jobs = { Ended("jobs/c", 3), Ended("jobs/b", 2) }, NextPageToken = "older" }
            : new ListJobsResponse { Jobs = { Ended("jobs/a", 1) } };
        IRenderedComponent<JobsPage> page = Page<JobsPage>();
        page.WaitForAssertion(() => Assert.Equal(["jobs/c", "jobs/b"], Names(page)));

        Button(page, "Older").Click();

        page.WaitForAssertion(() => Assert.Equal(["jobs/a"], Names(page)));
        Assert.True(Button(page, "Older").HasAttribute("disabled"));
        Assert.Equal(["", "older"], Agent.RequestsOf<ListJobsRequest>().Select(request => request.PageToken));
    }

    [Fact]
    public void Snapshots_come_by_pages_and_a_filter_says_that_older_ones_are_not_searched()
    {
        Agent.OnListSnapshots = request => request.PageToken.Length == 0
            ? new ListSnapshotsResponse { Snapshots = { Kept("snapshots/c", 3), Kept("snapshots/b", 2) }, NextPageToken = "older" }
            : new ListSnapshotsResponse { Snapshots = { Kept("snapshots/a", 1) } };
        IRenderedComponent<SnapshotsPage> page = Page<SnapshotsPage>();
        page.WaitForAssertion(() => Assert.Contains("2 of the 2 newest snapshots; older ones are not loaded yet", page.Markup, StringComparison.Ordinal));

        Button(page, "Load older ones").Click();

        page.WaitForAssertion(() => Assert.Contains("3 of 3 snapshots", page.Markup, StringComparison.Ordinal));
        Assert.Equal(["snapshots/c", "snapshots/b", "snapshots/a"], page.FindAll("tr[data-snapshot]").Select(row => row.GetAttribute("data-snapshot")));
    }

    [Fact]
    public void The_first_yes_spares_a_backup_that_others_want_and_the_second_does_not()
    {
        List<bool> asked = [];
        Job job = Samples.Job(new StartDumpRequest());
        IRenderedComponent<MudBlazor.MudDialogProvider> dialogs = Pages.Render<MudBlazor.MudDialogProvider>();
        IRenderedComponent<CancelJob> cancel = Pages.Render<CancelJob>(parameters => parameters.Add(part => part.Cancel, unlessShared =>
        {
            asked.Add(unlessShared);
            job.State = unlessShared ? JobState.Running : JobState.Cancelled;
            return Task.FromResult<Job?>(job);
        }));
        cancel.Find("button").Click();
        Assert.Empty(asked);

        Press(dialogs, "Cancel it");
        dialogs.WaitForAssertion(() => Assert.Contains("This backup is still wanted, by somebody else", dialogs.Markup, StringComparison.Ordinal));
        Assert.Equal([true], asked);

        Press(dialogs, "End it for everybody");
        dialogs.WaitForAssertion(() => Assert.DoesNotContain("End it for everybody", dialogs.Markup, StringComparison.Ordinal));
        Assert.Equal([true, false], asked);
    }

    [Fact]
    public void Only_what_reads_every_item_of_its_slots_is_called_full()
    {
        Agent.OnListJobs = _ => new ListJobsResponse { Jobs = { Reading("jobs/d", 131072), Reading("jobs/c", 3), Reading("jobs/b", 65536), Reading("jobs/a", 131072, quick: true) } };

        IRenderedComponent<JobsPage> page = Page<JobsPage>();

        page.WaitForAssertion(() => Assert.Equal(4, Names(page).Length));
        string[] rows = [.. page.FindAll("tr[data-job]").Select(row => row.TextContent)];
        Assert.Contains("full, SIM 1 and 2", rows[0], StringComparison.Ordinal);
        Assert.Contains("3 items only, SIM 1 and 2", rows[1], StringComparison.Ordinal);
        Assert.Contains("65,536 items only, SIM 1 and 2", rows[2], StringComparison.Ordinal);
        Assert.Contains("quick (not every item), SIM 1 and 2", rows[3], StringComparison.Ordinal);
    }

    private static Job Reading(string name, uint total, bool quick = false)
    {
        Job job = Ended(name, 1);
        (job.Quick, job.Progress) = (quick, new ReadProgress { Done = total, Total = total });
        job.Slots.Clear();
        job.Slots.Add([1, 2]);
        return job;
    }

    private static void Press(IRenderedComponent<MudBlazor.MudDialogProvider> dialogs, string text)
    {
        // The second question is armed only a second later.
        dialogs.WaitForAssertion(
            () => Assert.Contains(dialogs.FindAll("button"), button => button.TextContent.Trim() == text && !button.HasAttribute("disabled")), Eventually.Deadline);
        dialogs.FindAll("button").Single(button => button.TextContent.Trim() == text).Click();
    }

    private IRenderedComponent<TPage> Page<TPage>() where TPage : Client.Desktop.Shell.AgentPage => Pages.Render<TPage>(parameters => parameters
        .AddCascadingValue(Link)
        .Add(page => page.Agent, "local"));

    private static AngleSharp.Dom.IElement Button<TPage>(IRenderedComponent<TPage> page, string text) where TPage : IComponent =>
        page.FindAll("button").Single(button => button.TextContent.Contains(text, StringComparison.Ordinal));

    private static string?[] Names(IRenderedComponent<JobsPage> page) => [.. page.FindAll("tr[data-job]").Select(row => row.GetAttribute("data-job"))];

    private static Job Ended(string name, int day)
    {
        Job job = Samples.Job(new StartDumpRequest());
        (job.Name, job.State) = (name, JobState.Succeeded);
        job.CreateTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(new DateTime(2026, 11, day, 0, 0, 0, DateTimeKind.Utc));
        return job;
    }

    private static Snapshot Kept(string name, int day)
    {
        Snapshot snapshot = Samples.Snapshot();
        snapshot.Name = name;
        snapshot.CreateTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(new DateTime(2026, 11, day, 0, 0, 0, DateTimeKind.Utc));
        return snapshot;
    }
}
