using System.Globalization;
using System.Resources;
using Bunit;
using Google.Protobuf;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Receipts;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using MudBlazor.Services;
using Xunit;

namespace ImeiAgent.Desktop.Restore;

/// <summary>The pieces of the wizard, without a browser.</summary>
public sealed class RestoreComponentTests : IAsyncLifetime
{
    private readonly BunitContext _bunit = new();

    public RestoreComponentTests()
    {
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        _bunit.Services.AddMudServices();
    }

    [Fact]
    public void Nothing_is_sent_before_the_last_four_digits_of_each_number_were_typed()
    {
        List<(string Spc, string Password)> sent = [];
        IRenderedComponent<ConfirmForm> form = _bunit.Render<ConfirmForm>(with => with
            .Add(form => form.Plan, Plan(Planned(1, Samples.Number), Planned(2, Samples.Number2))).Add(form => form.MaySend, true).Add(form => form.Confirmed, codes => sent.Add(codes)));

        form.Find("form").Submit();
        form.Find("#confirm-1").Input("3809");
        form.Find("form").Submit();
        form.Find("#confirm-2").Input("3809");
        form.Find("form").Submit();
        Assert.Empty(sent);
        Assert.True(form.Find("[data-action='write']").HasAttribute("disabled"));
        form.Find("#confirm-2").Input("7518");
        form.Find("form").Submit();

        Assert.Equal([("", "")], sent);
    }

    [Fact]
    public void A_code_is_asked_for_only_where_the_phone_did_and_is_gone_once_it_was_sent()
    {
        List<(string Spc, string Password)> sent = [];
        IRenderedComponent<ConfirmForm> form = _bunit.Render<ConfirmForm>(with => with
            .Add(form => form.Plan, Plan(Planned(1, Samples.Number))).Add(form => form.MaySend, true).Add(form => form.Confirmed, codes => sent.Add(codes)));
        Assert.Empty(form.FindAll("#restore-spc, #restore-password"));

        form.Render(with => with.Add(form => form.AsksSpc, true).Add(form => form.AsksPassword, true));
        Assert.Equal(["password", "password"], form.FindAll("#restore-spc, #restore-password").Select(field => field.GetAttribute("type")));
        form.Find("#confirm-1").Input("3809");
        form.Find("#restore-spc").Input("61390");
        form.Find("#restore-password").Input("FFFFFFFFFFFFFFFE");
        form.Find("form").Submit();
        Assert.Empty(sent);
        form.Find("#restore-spc").Input("613908");
        form.Find("form").Submit();

        Assert.Equal([("613908", "FFFFFFFFFFFFFFFE")], sent);
        Assert.DoesNotContain("613908", form.Markup, StringComparison.Ordinal);
        form.Find("form").Submit();
        Assert.Single(sent);
    }

    [Fact]
    public void Without_the_agent_nothing_can_be_sent()
    {
        IRenderedComponent<ConfirmForm> form = _bunit.Render<ConfirmForm>(with => with.Add(form => form.Plan, Plan(Planned(1, Samples.Number))).Add(form => form.MaySend, false));
        form.Find("#confirm-1").Input("3809");
        Assert.True(form.Find("[data-action='write']").HasAttribute("disabled"));
    }

    [Fact]
    public void Bytes_that_differ_are_marked_by_a_sign_and_in_words()
    {
        byte[] now = [0x08, 0x3A, 0x65, 0x39, 0x08, 0x53, 0x46, 0x83, 0x00];
        IRenderedComponent<ByteDiff> diff = _bunit.Render<ByteDiff>(with => with.Add(diff => diff.Slot, Planned(1, Samples.Number, now)));

        Assert.Equal(["=", "=", "=", "=", "=", "=", "=", "=", "≠"], diff.FindAll("[data-row='difference'] span[aria-hidden]").Select(cell => cell.TextContent));
        Assert.Equal("differs", diff.FindAll("[data-row='difference'] .visually-hidden")[8].TextContent);
        Assert.Equal(["00", "90"], diff.FindAll("td.byte-differs.mono").Take(2).Select(cell => cell.TextContent));
        Assert.Contains("1 of 9 bytes differ", diff.Find("[data-row='difference']").TextContent, StringComparison.Ordinal);

        diff.Render(with => with.Add(diff => diff.Slot, Planned(1, Samples.Number, [])));
        Assert.All(diff.FindAll("[data-row='now'] td.mono"), cell => Assert.Equal("–", cell.TextContent));
        Assert.Equal(9, diff.FindAll("[data-row='new'] td.byte-differs").Count);
    }

    [Theory]
    [InlineData(WriteOutcome.Applied, true, "SIM 1 holds 35693803*****09: it was read back, and seen again after the phone restarted.")]
    [InlineData(WriteOutcome.Applied, false, "SIM 1 holds 35693803*****09: it was read back.")]
    [InlineData(WriteOutcome.RolledBack, false, "SIM 1 holds what it held before: lost (blank).")]
    [InlineData(WriteOutcome.Refused, false, "SIM 1 holds what it held before: lost (blank).")]
    [InlineData(WriteOutcome.AppliedNotInEffect, true, "SIM 1 holds what it held before: lost (blank).")]
    [InlineData(WriteOutcome.Unknown, false, "It is not known what SIM 1 holds: what it held before (lost (blank)), or 35693803*****09.")]
    public void A_receipt_says_what_the_phone_holds(WriteOutcome outcome, bool restarted, string holds)
    {
        WriteReceipt receipt = Samples.Receipt(new WriteImeiRequest { Reason = "ticket 4711" }, outcome);
        receipt.Restarted = restarted;
        receipt.Sha256 = new string('a', 64);
        IRenderedComponent<ReceiptBody> body = _bunit.Render<ReceiptBody>(with =>
            with.Add(body => body.Entry, new JournalEntry { Name = "journal/17", State = JournalState.Closed, Receipt = receipt }).Add(body => body.Agent, "shop"));

        Assert.Equal(holds, body.Find("[data-holds='1']").TextContent);
        Assert.Contains("journal/17", body.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void An_open_row_is_never_shown_as_ended()
    {
        WriteReceipt receipt = Samples.Receipt(new WriteImeiRequest { Reason = "ticket 4711" }, WriteOutcome.Unspecified);
        IRenderedComponent<ReceiptBody> body = _bunit.Render<ReceiptBody>(with =>
            with.Add(body => body.Entry, new JournalEntry { Name = "journal/17", State = JournalState.Intent, Hint = "Connect the phone.", Receipt = receipt }));

        Assert.Equal("Not settled: may have been sent.", body.Find(".outcome strong").TextContent);
        Assert.StartsWith("It is not known what SIM 1 holds", body.Find("[data-holds='1']").TextContent, StringComparison.Ordinal);
        Assert.Contains("Connect the phone.", body.Markup, StringComparison.Ordinal);
    }

    // A new reason of the contract has to be thought of here: the wizard explains it, or a restore does not meet it.
    [Fact]
    public void Every_reason_that_a_restore_can_meet_is_explained()
    {
        ResourceManager texts = new("ImeiAgent.Client.Desktop.Restore.RestoreTexts", typeof(DesktopHost).Assembly);
        ErrorReason[] others =
        [
            ErrorReason.Unspecified, ErrorReason.JobNotFound, ErrorReason.JobBatchesGone, ErrorReason.SkipNotFound, ErrorReason.DumpSourceChanged, ErrorReason.JournalNotFound,
            ErrorReason.JournalClosed, ErrorReason.PairingRefused, ErrorReason.LocalOnly, ErrorReason.ClientNotFound, ErrorReason.TraceNotFound,
        ];
        string[] names = [.. ErrorReflection.Descriptor.EnumTypes[0].Values.Where(value => !others.Contains((ErrorReason)value.Number)).Select(value => value.Name["ERROR_REASON_".Length..])];

        Assert.Contains("IMEI_INTACT", names);
        Assert.Equal([], names.SelectMany(name => (string[])["Why_" + name, "Do_" + name]).Where(key => texts.GetString(key, CultureInfo.InvariantCulture) is not { Length: > 10 }));
    }

    [Fact]
    public void A_reason_and_a_proof_are_sentences_by_the_contracts_rule()
    {
        RestoreDraft draft = new() { Reason = "  t 1 ", Evidence = "" };
        SlotDraft slot = draft.Slots[1];
        (slot.IsChosen, slot.Source) = (true, NumberSource.Label);
        Assert.Equal((false, false, true), (draft.HasReason, draft.HasEvidence, draft.NeedsEvidence));
        (draft.Reason, draft.Evidence) = ("t 12", new string('x', 201));
        Assert.Equal((true, false), (draft.HasReason, draft.HasEvidence));
        draft.Evidence = "invoice\u202E 17";
        Assert.False(draft.HasEvidence);
        slot.Source = NumberSource.Snapshot;
        slot.Take(new Snapshot { Origin = SnapshotOrigin.Read });
        draft.Evidence = "";
        Assert.True(draft.HasEvidence);
        slot.Take(new Snapshot { Origin = SnapshotOrigin.Imported });
        Assert.False(draft.HasEvidence);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bunit.DisposeAsync();

    private static RestorePlan Plan(params PlannedSlot[] slots) => new(new WriteImeiRequest(), new WriteReceipt { Outcome = WriteOutcome.Validated }, slots);

    private static PlannedSlot Planned(uint slot, string imei, byte[]? now = null) => new(
        new SlotReceipt { Slot = slot, NewImei = imei, NewBytes = ByteString.CopyFrom(Samples.NumberBytes) },
        new ImeiSlot { Slot = slot, State = ImeiSlotState.Blank },
        new NvItem { Item = 550, Slot = slot, Outcome = NvOutcome.Answered, Status = now is { Length: 0 } ? 5u : 0u, Data = ByteString.CopyFrom(now ?? new byte[128]) });
}
