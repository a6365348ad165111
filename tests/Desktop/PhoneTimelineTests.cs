using AngleSharp.Dom;
using Bunit;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ImeiAgent.Desktop;

// What happened to a phone, without a browser.
public sealed class PhoneTimelineTests : ScriptedPage
{
    [Fact]
    public void The_twenty_newest_are_shown_older_ones_when_somebody_asks_and_kinds_can_be_left_out()
    {
        Agent.OnListJobs = request => new ListJobsResponse { Jobs = { Enumerable.Range(1, 24).Reverse().Take(request.PageSize).Select(Ended) } };
        Agent.OnListSnapshots = _ => new ListSnapshotsResponse { Snapshots = { Samples.Snapshot() } };
        Agent.OnListJournal = _ => new ListJournalResponse();
        Agent.OnListAudit = _ => new ListAuditResponse();
        IRenderedComponent<PhonePage> page = Page();
        page.WaitForAssertion(() => Assert.Equal(20, Rows(page).Length));
        Assert.Equal(("jobs/24", "jobs/6"), (Rows(page)[0], Rows(page)[^1]));
        Assert.Contains("snapshots/20261123-3f2a9c", Rows(page));

        Older(page).Single().Click();
        page.WaitForAssertion(() => Assert.Equal(25, Rows(page).Length));
        Assert.Equal("jobs/1", Rows(page)[^1]);
        Assert.Empty(Older(page));

        Kind(page, "Backup").Change(false);
        Assert.Equal(["snapshots/20261123-3f2a9c"], Rows(page));
        Kind(page, "Snapshot").Change(false);
        Assert.Empty(Rows(page));
        Assert.Contains("Of what is loaded, nothing is of the chosen kinds.", page.Markup, StringComparison.Ordinal);
        Kind(page, "Backup").Change(true);
        Assert.Equal(24, Rows(page).Length);
    }

    [Fact]
    public async Task That_nothing_happened_is_said_only_where_it_is_known()
    {
        const string Nothing = "Nothing happened to this phone yet.", Unknown = "What happened to this phone is not known now.";
        TaskCompletionSource<ListJobsResponse> held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Agent.OnListJobs = _ => held.Task.GetAwaiter().GetResult();
        Agent.OnListSnapshots = _ => new ListSnapshotsResponse();
        Agent.OnListJournal = _ => new ListJournalResponse();
        Agent.OnListAudit = _ => new ListAuditResponse();
        IRenderedComponent<PhonePage> page = Page();
        page.WaitForAssertion(() => Assert.Contains("Asking the agent", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain(Nothing, page.Markup, StringComparison.Ordinal);
        held.SetResult(new ListJobsResponse());
        page.WaitForAssertion(() => Assert.Contains(Nothing, page.Markup, StringComparison.Ordinal));

        // Meanwhile others go on with the phone.
        await Agent.StopAsync();
        page.WaitForAssertion(() => Assert.Contains(Unknown, page.Markup, StringComparison.Ordinal), Eventually.Deadline);
        Assert.DoesNotContain(Nothing, page.Markup, StringComparison.Ordinal);
        Agent.OnListJobs = _ => new ListJobsResponse { Jobs = { Ended(3) } };
        await Agent.ListenAsync();
        page.WaitForAssertion(() => Assert.Equal(["jobs/3"], Rows(page)), Eventually.Deadline);
        Assert.DoesNotContain(Unknown, page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_that_could_not_be_read_is_not_known()
    {
        Agent.OnListJobs = _ => new ListJobsResponse(); // What else there may be is refused.
        IRenderedComponent<PhonePage> page = Page();
        page.WaitForAssertion(() => Assert.Contains("What happened to this phone is not known now.", page.Markup, StringComparison.Ordinal));
        Assert.NotEmpty(page.FindAll("[role='alert']"));
        Assert.DoesNotContain("Nothing happened to this phone yet.", page.Markup, StringComparison.Ordinal);
    }

    private IRenderedComponent<PhonePage> Page() => Pages.Render<PhonePage>(parameters => parameters
        .AddCascadingValue(Link)
        .Add(one => one.Agent, "local")
        .Add(one => one.Phone, "sm-g991u-3f2a"));

    private static string?[] Rows(IRenderedComponent<PhonePage> page) => [.. page.FindAll("tr[data-kind]").Select(row => row.GetAttribute("data-name"))];

    private static IElement[] Older(IRenderedComponent<PhonePage> page) => [.. page.FindAll("button").Where(button => button.TextContent.Trim() == "Show older")];

    private static IElement Kind(IRenderedComponent<PhonePage> page, string kind) =>
        page.FindAll("label").Single(label => label.TextContent.Trim() == kind).QuerySelector("input")!;

    private static Job Ended(int day)
    {
        Job job = Samples.Job(new StartDumpRequest());
        (job.Name, job.State) = ($"jobs/{day}", JobState.Succeeded);
        job.CreateTime = Timestamp.FromDateTime(new DateTime(2026, 11, day, 0, 0, 0, DateTimeKind.Utc));
        return job;
    }
}
