using Bunit;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Approvals;
using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.Client.Desktop.Receipts;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MudBlazor.Services;
using Xunit;
using TestContext = Xunit.TestContext;

namespace ImeiAgent.Desktop.Restore;

/// <summary>What a person is shown of a restore and of its agent, without a browser.</summary>
public sealed class RestoreViewTests : IAsyncLifetime
{
    private const string Box = "input[type='checkbox']";

    private readonly BunitContext _bunit = new();

    public RestoreViewTests()
    {
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        _bunit.Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        _bunit.Services.AddSingleton(TimeProvider.System);
    }

    [Fact]
    public async Task The_plan_names_its_phone_above_the_bytes()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Type();
        await desk.Case.CheckAsync();

        IRenderedComponent<PlanStep> step = _bunit.Render<PlanStep>(with => with.AddCascadingValue(desk.Link).Add(step => step.Case, desk.Case).Add(step => step.Plan, desk.Plan));

        Assert.Equal("To this phone: SM-G991U sm-g991u-3f2a at port /dev/ttyUSB0", Words(step.Find("[data-phone]")));
        Assert.True(step.Markup.IndexOf("data-phone", StringComparison.Ordinal) < step.Markup.IndexOf("<table", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restore_that_was_refused_is_told_on_every_page_until_its_end_was_shown()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.PlanThen((request, answers, _) => answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Refused) }));
        await desk.SendAsync();
        await desk.Run.Completion;
        _bunit.Services.AddSingleton(desk.Cases).AddSingleton(new ReceiptSource(desk.Cases));
        IRenderedComponent<RestoreNotices> notices = _bunit.Render<RestoreNotices>(with => with.Add(notices => notices.Link, desk.Link));
        Assert.StartsWith("The restore of sm-g991u-3f2a ended: refused", notices.Find("[data-notice='restore']").TextContent.Trim(), StringComparison.Ordinal);

        _bunit.Render<EndStep>(with => with.AddCascadingValue(desk.Link).Add(step => step.Case, desk.Case).Add(step => step.Receipt, desk.Run.Receipt!));

        await notices.WaitForAssertionAsync(() => Assert.Empty(notices.FindAll("[data-notice='restore']")), Eventually.Deadline);
    }

    [Fact]
    public async Task Each_step_says_which_of_several_phones_of_one_model_it_is()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnWriteImei = Samples.Applied;
        desk.Agent.OnListSnapshots = _ => new ListSnapshotsResponse();
        desk.Tell(new Device(Samples.Phone()) { Name = "devices/sm-g991u-7303", Port = "/dev/ttyUSB1" });
        await desk.Link.UntilAsync(() => desk.Link.View.Devices.Count == 2, TestContext.Current.CancellationToken);
        _bunit.Services.AddSingleton(desk.Cases).AddSingleton(new ReceiptSource(desk.Cases)).AddSingleton<HeldLeases>().AddSingleton(NullLoggerFactory.Instance);
        IRenderedComponent<RestorePage> Page(string device) => _bunit.Render<RestorePage>(with => with
            .AddCascadingValue(desk.Link).Add(page => page.Agent, "local").Add(page => page.Device, device));
        IRenderedComponent<RestorePage> page = Page("sm-g991u-3f2a"), twin = Page("sm-g991u-7303");
        Task SaysAsync(string state) => page.WaitForAssertionAsync(
            () =>
            {
                Assert.Equal(state, page.Find(".wizard").GetAttribute("data-state"));
                Assert.Equal("This phone: SM-G991U sm-g991u-3f2a at port /dev/ttyUSB0", Words(page.Find("[data-phone]")));
            },
            Eventually.Deadline);

        await SaysAsync("Drafting");
        Assert.Equal("This phone: SM-G991U sm-g991u-7303 at port /dev/ttyUSB1", Words(twin.Find("[data-phone]")));
        desk.Type();
        await desk.Case.CheckAsync();
        await SaysAsync("Planned");
        desk.Case.Send(desk.Plan, "", "");
        await desk.Run.Completion;
        await SaysAsync("Sent");
    }

    [Fact]
    public async Task A_receipt_tells_the_phone_as_the_backup_before_the_write_has_it()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        Snapshot backup = new(Samples.Snapshot()) { Identity = new PhoneIdentity { Model = "SM-G991B", Esn = "80A1B2C3", Meid = "A10000009A5B3C" } };
        desk.Agent.OnGetSnapshot = asked => asked.Name == "snapshots/before" && !asked.RevealImei ? new GetSnapshotResponse { Snapshot = backup } : throw new InvalidOperationException();
        WriteReceipt receipt = Samples.Receipt(new WriteImeiRequest { Slots = { new SlotSource { Slot = 1 } }, Reason = "ticket 4711" }, WriteOutcome.Applied);
        receipt.BackupSnapshot = "snapshots/before";
        receipt.StartTime = Timestamp.FromDateTime(new DateTime(2026, 11, 23, 10, 0, 0, DateTimeKind.Utc));
        IRenderedComponent<ReceiptView> view = View(desk, new JournalEntry { Name = "journal/17", State = JournalState.Closed, Receipt = receipt });

        await view.WaitForAssertionAsync(
            () => Assert.Equal(("SM-G991B", "80A1B2C3", "A10000009A5B3C"), (Fact(view, "Model"), Fact(view, "ESN"), Fact(view, "MEID"))), Eventually.Deadline);
        Assert.Equal("2026-11-23 10:00:00 UTC", Fact(view, "Started"));
    }

    [Fact]
    public async Task A_receipt_without_a_backup_tells_the_phone_as_it_is_attached_as_the_agent_masks_it()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnGetSnapshot = _ => throw FakeAgent.Failure(Grpc.Core.StatusCode.NotFound, "SNAPSHOT_NOT_FOUND", "There is none.");
        desk.Tell(new Device(Samples.Phone()) { Identity = new PhoneIdentity { Model = "SM-G991U", Meid = "35693803*****0" } });
        await desk.Link.UntilAsync(() => desk.Link.View.Find(Samples.PhoneName)!.Identity.Meid.Length > 0, TestContext.Current.CancellationToken);
        desk.Agent.OnGetJournalEntry = asked => new GetJournalEntryResponse { Entry = Row(asked.RevealImei) };
        IRenderedComponent<ReceiptView> view = View(desk, Row(reveal: false));

        await view.WaitForAssertionAsync(() => Assert.Equal(("SM-G991U", null, "35693803*****0"), (Fact(view, "Model"), Fact(view, "ESN"), Fact(view, "MEID"))), Eventually.Deadline);
        view.Find("input[type='checkbox']").Change(true);

        await view.WaitForAssertionAsync(() => Assert.Contains(Samples.Number, view.Find("[data-slot='1']").TextContent, StringComparison.Ordinal), Eventually.Deadline);
        Assert.Equal("35693803*****0", Fact(view, "MEID"));
    }

    [Theory]
    [InlineData("35693803*****0", "35693803564380", 1)]
    [InlineData("A0000012345678", "A0000012345678", 0)]
    public async Task A_receipt_in_full_asks_the_backup_for_a_serial_number_that_is_masked_and_for_no_other(string told, string shown, int asked)
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnGetSnapshot = request => new GetSnapshotResponse
        {
            Snapshot = new Snapshot(Samples.Snapshot()) { Identity = new PhoneIdentity { Model = "SM-G991U", Meid = request.RevealImei ? shown : told } },
        };
        desk.Agent.OnGetJournalEntry = request => new GetJournalEntryResponse { Entry = Row(request.RevealImei) };
        IRenderedComponent<ReceiptView> view = View(desk, Row(reveal: false));
        await view.WaitForAssertionAsync(() => Assert.Equal(told, Fact(view, "MEID")), Eventually.Deadline);
        Assert.DoesNotContain(desk.Agent.RequestsOf<GetSnapshotRequest>(), request => request.RevealImei);

        view.Find("input[type='checkbox']").Change(true);
        await view.WaitForAssertionAsync(() => Assert.Contains(Samples.Number, view.Find("[data-slot='1']").TextContent, StringComparison.Ordinal), Eventually.Deadline);
        Assert.Equal(shown, Fact(view, "MEID"));
        Assert.Equal(asked, desk.Agent.RequestsOf<GetSnapshotRequest>().Count(request => request.RevealImei));

        view.Find("input[type='checkbox']").Change(false);
        await view.WaitForAssertionAsync(() => Assert.Equal(told, Fact(view, "MEID")), Eventually.Deadline);
    }

    [Fact]
    public async Task A_supervisor_is_told_which_phone_it_is_and_sees_the_number_it_holds_when_they_ask()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync(Role.Supervisor);
        Device twin = new(Samples.Phone()) { Name = "devices/sm-g991u-7303", Port = "/dev/ttyUSB1" };
        desk.Tell(twin);
        desk.Agent.OnListApprovals = _ => new ListApprovalsResponse
        {
            Approvals = { new Approval { RequestId = "17", Device = twin.Name, AskedBy = "ben", Question = "Asked by ben: ticket 4711 | Slot 2 holds 49015420*****18." } },
        };
        desk.Agent.OnReadImei = asked =>
        {
            ImeiSlot[] slots = [.. twin.ImeiSlots.Select(slot => new ImeiSlot(slot))];
            slots[1].Imei = asked is { RevealImei: true, Device: "devices/sm-g991u-7303" } ? Samples.Number2 : Samples.Masked2;
            return new ReadImeiResponse { Slots = { slots } };
        };
        IRenderedComponent<ApprovalsPage> page = _bunit.Render<ApprovalsPage>(with => with.AddCascadingValue(desk.Link).Add(page => page.Agent, "local"));
        await page.WaitForAssertionAsync(
            () => Assert.Equal("SM-G991U sm-g991u-7303 at port /dev/ttyUSB1", Words(page.Find("[data-approval='17'] [data-which]"))), Eventually.Deadline);
        Assert.Empty(desk.Agent.RequestsOf<ReadImeiRequest>());
        Assert.Equal(Samples.Masked2, Words(page.Find("tr[data-slot='2'] .imei")));

        Press(page, "Show numbers");
        await page.WaitForAssertionAsync(() => Assert.Equal(Samples.Number2, Words(page.Find("tr[data-slot='2'] .imei"))), Eventually.Deadline);
        Assert.Equal(("devices/sm-g991u-7303", true), Assert.Single(desk.Agent.RequestsOf<ReadImeiRequest>()) is var asked ? (asked.Device, asked.RevealImei) : default);
        Press(page, "Hide numbers");
        await page.WaitForAssertionAsync(() => Assert.DoesNotContain(Samples.Number2, page.Markup, StringComparison.Ordinal), Eventually.Deadline);
    }

    [Fact]
    public async Task While_a_label_is_typed_no_more_is_said_than_that_its_digits_are_in_order()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        desk.Agent.OnCheckLabel = asked => new CheckLabelResponse { State = LabelState.Accepted, Imei = asked.Label, DigitCount = 15 };
        IRenderedComponent<LabelField> field = _bunit.Render<LabelField>(with => with.AddCascadingValue(desk.Link).Add(field => field.Slot, new SlotDraft(1) { IsChosen = true, Source = NumberSource.Label }));

        field.Find("#label-1").Input(Samples.Number);

        await field.WaitForAssertionAsync(() => Assert.Equal("Accepted", field.Find(".label-verdict").GetAttribute("data-verdict")), Eventually.Deadline);
        Assert.DoesNotContain("accepted", field.Find(".label-verdict").TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("Only the digits were checked.", field.Find("[data-only-digits]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_in_full_are_those_of_the_row_as_it_is_and_not_as_it_was()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        WriteImeiRequest request = new() { Slots = { new SlotSource { Slot = 1 } }, Reason = "ticket 4711" };
        JournalEntry Row(bool reveal, WriteOutcome outcome) =>
            new() { Name = "journal/17", State = JournalState.Closed, Receipt = Samples.Receipt(new(request) { RevealImei = reveal }, outcome) };
        desk.Agent.OnGetJournalEntry = asked => new GetJournalEntryResponse { Entry = Row(asked.RevealImei, WriteOutcome.Applied) };
        IRenderedComponent<ReceiptView> view = View(desk, Row(false, WriteOutcome.Applied));

        view.Find("input[type='checkbox']").Change(true);
        await view.WaitForAssertionAsync(() => Assert.Contains(Samples.Number, view.Markup, StringComparison.Ordinal), Eventually.Deadline);
        view.Render(with => with.Add(view => view.Entry, Row(false, WriteOutcome.Applied)));
        Assert.Contains(Samples.Number, view.Markup, StringComparison.Ordinal);
        view.Render(with => with.Add(view => view.Entry, Row(false, WriteOutcome.RolledBack)));

        Assert.DoesNotContain(Samples.Number, view.Markup, StringComparison.Ordinal);
        Assert.Contains("SIM 1 holds what it held before", view.Find("[data-holds='1']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_that_were_covered_again_before_they_came_stay_covered()
    {
        using ManualResetEventSlim answer = new();
        await using RestoreDesk desk = await RestoreDesk.StartAsync(Role.Supervisor);
        desk.Agent.OnListSnapshots = _ => new ListSnapshotsResponse();
        desk.Agent.OnReadImei = asked =>
        {
            if (asked.RevealImei)
                answer.Wait(Eventually.Deadline);
            return new ReadImeiResponse { Slots = { new ImeiSlot { Slot = 1, State = ImeiSlotState.Ok, Imei = asked.RevealImei ? Samples.Number : "" } } };
        };
        WriteImeiRequest request = new() { Slots = { new SlotSource { Slot = 1 } }, Reason = "ticket 4711" };
        JournalEntry Row(bool reveal) =>
            new() { Name = "journal/17", State = JournalState.Closed, Receipt = Samples.Receipt(new(request) { RevealImei = reveal }, WriteOutcome.Applied) };
        desk.Agent.OnGetJournalEntry = asked =>
        {
            answer.Wait(Eventually.Deadline);
            return new GetJournalEntryResponse { Entry = Row(asked.RevealImei) };
        };
        _bunit.Services.AddSingleton(desk.Cases).AddSingleton<HeldLeases>().AddSingleton(NullLoggerFactory.Instance);
        IRenderedComponent<ReceiptView> receipt = View(desk, Row(false));
        IRenderedComponent<RestorePage> wizard = _bunit.Render<RestorePage>(with => with
            .AddCascadingValue(desk.Link).Add(page => page.Agent, "local").Add(page => page.Device, "sm-g991u-3f2a"));
        await wizard.WaitForAssertionAsync(() => Assert.Single(wizard.FindAll(".slot-holds")), Eventually.Deadline);

        Task[] asked = [receipt.Find(Box).ChangeAsync(new() { Value = true }), wizard.Find(".mud-switch input").ChangeAsync(new() { Value = true })];
        await receipt.Find(Box).ChangeAsync(new() { Value = false });
        Task covered = wizard.Find(".mud-switch input").ChangeAsync(new() { Value = false });
        await Eventually.HoldsAsync(() => desk.Agent.RequestsOf<ReadImeiRequest>().Any(one => one.RevealImei) && desk.Agent.RequestsOf<GetJournalEntryRequest>().Any());
        answer.Set();
        await Task.WhenAll([.. asked, covered]);

        Assert.DoesNotContain(Samples.Number, receipt.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.Number, wizard.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_that_the_agent_does_not_return_are_a_sentence_and_not_the_end_of_the_page()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync(Role.Technician);
        int writes = 0;
        desk.Agent.OnWriteImei = Samples.PlanThen((request, answers, context) =>
            Interlocked.Increment(ref writes) == 1 ? Samples.Applied(request, answers, context) : Task.CompletedTask);
        await desk.SendAsync();
        await desk.Run.Completion;
        IRenderedComponent<ReceiptView> view = View(desk, new JournalEntry { Name = "journal/17", State = JournalState.Closed, Receipt = desk.Run.Receipt! });

        view.Find("input[type='checkbox']").Change(true);

        await view.WaitForAssertionAsync(() => Assert.Contains("did not return", view.Find("[data-not-revealed]").TextContent, StringComparison.Ordinal), Eventually.Deadline);
    }

    [Fact]
    public async Task An_agent_is_not_forgotten_while_the_outcome_of_a_restore_there_is_not_known()
    {
        await using RestoreDesk desk = await RestoreDesk.StartAsync();
        await using AgentLink shop = AgentLink.Start("shop", desk.Agent.Endpoint, new ImpatientTime(), NullLogger.Instance);
        await shop.UntilAsync(() => shop.View.IsLive, TestContext.Current.CancellationToken);
        TaskCompletionSource reached = new(), goOn = new();
        desk.Agent.OnWriteImei = Samples.PlanThen(async (request, answers, context) =>
        {
            reached.TrySetResult();
            await goOn.Task;
            await Samples.Applied(request, answers, context);
        });
        RestoreCase restore = desk.Cases.Of(shop, Samples.PhoneName);
        desk.Type(restore.Draft);
        await restore.CheckAsync();
        restore.Send(Assert.IsType<Planned>(restore.State).Plan, "", "");
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        ContextStore store = Contexts(desk.Agent.Socket + ".contexts");
        await using AgentLinks links = new(new DesktopOptions { Local = desk.Agent.Endpoint, Contexts = store }, NullLogger<AgentLink>.Instance);
        _bunit.Services.AddSingleton(links).AddSingleton(desk.Cases);
        IRenderedComponent<PairPage> page = _bunit.Render<PairPage>();

        Forget(page);
        await page.WaitForAssertionAsync(() => Assert.Contains("its outcome is not known yet", page.Find("[role='alert']").TextContent, StringComparison.Ordinal), Eventually.Deadline);
        Assert.Equal("shop", Assert.Single(store.Read().Contexts).Name);

        goOn.SetResult();
        await ((Sent)restore.State).Run.Completion.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Forget(page);
        await Eventually.HoldsAsync(() => store.Read().Contexts.Count == 0);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bunit.DisposeAsync();

    private static JournalEntry Row(bool reveal)
    {
        WriteReceipt receipt = Samples.Receipt(new WriteImeiRequest { Slots = { new SlotSource { Slot = 1 } }, Reason = "ticket 4711", RevealImei = reveal }, WriteOutcome.Applied);
        receipt.Slots[0].NewBytes = reveal ? Google.Protobuf.ByteString.CopyFrom(Samples.NumberBytes) : Google.Protobuf.ByteString.Empty;
        receipt.BackupSnapshot = "snapshots/before";
        return new JournalEntry { Name = "journal/17", State = JournalState.Closed, Receipt = receipt };
    }

    private static string? Fact(IRenderedComponent<ReceiptView> view, string name) => view.FindAll("dt").SingleOrDefault(one => one.TextContent == name)?.NextElementSibling?.TextContent;

    private static void Press(IRenderedComponent<ApprovalsPage> page, string button) => page.FindAll("button").Single(one => one.TextContent.Trim() == button).Click();

    // As it is read.
    private static string Words(AngleSharp.Dom.IElement element) => string.Join(' ', element.TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private IRenderedComponent<ReceiptView> View(RestoreDesk desk, JournalEntry row)
    {
        _bunit.Services.AddSingleton(new ReceiptSource(desk.Cases));
        return _bunit.Render<ReceiptView>(with => with.AddCascadingValue(desk.Link).Add(view => view.Entry, row));
    }

    private static void Forget(IRenderedComponent<PairPage> page)
    {
        page.Find("[aria-label='Forget shop']").Click();
        page.FindAll("button").First(button => button.TextContent.Trim() == "Forget it").Click();
    }

    // One context, "shop", as it lies on the disk.
    private static ContextStore Contexts(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string file = Path.Combine(folder, "contexts.json");
        File.WriteAllText(file, $$"""
            { "version": 1, "contexts": [ { "name": "shop", "id": "{{new string('1', 16)}}", "addresses": ["127.0.0.1:1"], "caFingerprint": "{{new string('2', 64)}}",
              "caCertificate": "AA==", "certificate": "AA==", "notBefore": 0, "notAfter": 1, "key": "{{new string('3', 16)}}", "client": "bench-3", "role": "technician" } ] }
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new ContextStore(folder);
    }
}
