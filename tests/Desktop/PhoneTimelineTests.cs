using AngleSharp.Dom;
using Bunit;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MudBlazor.Services;
using Xunit;

namespace ImeiAgent.Desktop;

// What happened to a phone, without a browser.
public sealed class PhoneTimelineTests : IAsyncLifetime
{
    private readonly BunitContext _page = new();
    private FakeAgent _agent = null!;
    private AgentLink _link = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _page.Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        _page.Services.AddSingleton(TimeProvider.System);
        _page.Services.AddSingleton<HeldLeases>();
        _page.JSInterop.Mode = JSRuntimeMode.Loose;
        _link = AgentLink.Start("local", _agent.Endpoint, TimeProvider.System, NullLogger.Instance);
        await Eventually.HoldsAsync(() => _link.View.IsLive);
    }

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        await _link.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public void The_twenty_newest_are_shown_older_ones_when_somebody_asks_and_kinds_can_be_left_out()
    {
        _agent.OnListJobs = request => new ListJobsResponse { Jobs = { Enumerable.Range(1, 24).Reverse().Take(request.PageSize).Select(Ended) } };
        _agent.OnListSnapshots = _ => new ListSnapshotsResponse { Snapshots = { Samples.Snapshot() } };
        _agent.OnListJournal = _ => new ListJournalResponse();
        _agent.OnListAudit = _ => new ListAuditResponse();
        IRenderedComponent<PhonePage> page = _page.Render<PhonePage>(parameters => parameters
            .AddCascadingValue(_link)
            .Add(one => one.Agent, "local")
            .Add(one => one.Phone, "sm-g991u-3f2a"));
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
