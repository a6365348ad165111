using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

public class RestoreImeiTests
{
    // 3GPP TS 24.008, 10.5.1.4, worked by hand.
    private const string Bytes1 = "083A65390853468390";
    private const string Bytes2 = "084A09512430325781";

    [Fact]
    public async Task A_lost_imei_is_written_read_back_and_journalled()
    {
        await using var bench = new Bench();

        List<RestoreEvent> events = await bench.RunAsync(Bench.Label());

        Assert.Equal(
            [RestorePhase.Checked, RestorePhase.BackedUp, RestorePhase.Intent, RestorePhase.Sent, RestorePhase.ReadBack, RestorePhase.Closed],
            events.OfType<RestoreProgress>().Select(p => p.Phase));
        RestoreEnded ended = Assert.IsType<RestoreEnded>(events[^1]);
        Assert.Null(ended.Failure);
        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(Bytes1, bench.Held());
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
        JournalRow row = bench.Vault.Journal.FindByRequestId(ended.Receipt.RequestId)!;
        Assert.Equal((JournalState.Closed, WriteOutcome.Applied), (row.State, row.Outcome));
        Assert.Equal($"journal/{row.Id}", ended.Receipt.Journal);
    }

    [Fact]
    public async Task The_identity_items_are_kept_as_they_were_before_the_write()
    {
        await using var bench = new Bench();

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Label())).Receipt;

        SnapshotInfo backup = bench.Vault.Snapshots.Find(receipt.BackupSnapshot);
        Assert.Equal(SnapshotOrigin.BeforeWrite, backup.Origin);
        SnapshotContent content = bench.Vault.Snapshots.Load(backup.Name);
        Assert.Equal(new string('0', 18), Convert.ToHexString(content.Find(1, NvItemId.Imei)!.Value.Data.Bytes[..9]));
        Assert.Equal((ushort)NvStatus.NotActive, content.Find(2, NvItemId.Imei)!.Value.Code);
        Assert.True(content.Find(1, NvItemId.Esn)!.Value.IsActive);
        Assert.True(content.Find(1, NvItemId.Meid)!.Value.IsActive);
    }

    [Fact]
    public async Task An_inactive_second_slot_is_restored()
    {
        await using var bench = new Bench();

        RestoreEnded ended = await bench.EndAsync(Bench.Label("490154203237518", slot: 2));

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(ImeiSlotState.Blank, ended.Receipt.Slots[0].OldState);
        Assert.Equal(Bytes2, bench.Held(slot: 2));
        Assert.Equal(new string('0', 18), bench.Held(slot: 1));
    }

    [Theory]
    [InlineData("35693803564380", true)]
    [InlineData("3569380356438001", true)]
    [InlineData("356938/03/564380/9 01", false)]
    [InlineData(" 35-693803-564380-9 ", false)]
    public async Task A_label_is_taken_as_it_is_printed(string label, bool computed)
    {
        await using var bench = new Bench();

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Label(label))).Receipt;

        Assert.Equal("356938035643809", receipt.Slots[0].NewImei.Reveal());
        Assert.Equal(computed, receipt.Slots[0].CheckDigitComputed);
        Assert.Equal(Bytes1, bench.Held());
    }

    [Theory]
    [InlineData("355167055587819", "WrongCheckDigit", "misread")]
    [InlineData("3569380356438", "WrongLength", "13 digits")]
    [InlineData("35693803564380A", "NotDigits", "digits")]
    [InlineData("004999010640000", "Placeholder", "placeholder")]
    [InlineData("000000000000000", "AllZero", "zeros")]
    [InlineData("111111111111119", "RepeatedDigit", "repeats")]
    [InlineData("001234567890127", "ReservedTac", "tests")]
    public async Task A_number_that_no_phone_owns_is_refused_with_the_reason(string label, string fault, string words)
    {
        await using var bench = new Bench();

        OperationException refused = await bench.RefusedAsync(Bench.Label(label));

        Assert.Equal(OperationError.ImeiInvalid, refused.Error);
        Assert.Equal(fault, refused.Fields["fault"]);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(label, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_different_valid_imei_is_left_alone()
    {
        await using var bench = new Bench();
        bench.Phone.Put(1, 550, Convert.FromHexString(Bytes2));

        OperationException refused = await bench.RefusedAsync(Bench.Label());

        Assert.Equal(OperationError.ImeiIntact, refused.Error);
        Assert.Equal(Bytes2, bench.Held());
        Assert.DoesNotContain("490154203237518", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_holds_the_number_is_not_written()
    {
        await using var bench = new Bench("galaxy");

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Null(ended.Failure);
        Assert.Equal(RestoreOutcome.Unchanged, ended.Receipt.Outcome);
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task The_number_of_the_other_slot_is_refused()
    {
        await using var bench = new Bench("galaxy");
        bench.Phone.Erase(2, 550);

        OperationException refused = await bench.RefusedAsync(Bench.Label(slot: 2));

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
        Assert.Null(bench.Held(slot: 2));
    }

    [Fact]
    public async Task The_number_of_another_attached_phone_is_refused()
    {
        await using var bench = new Bench();
        bench.Plug("galaxy", seed: 2);
        string lost = (await bench.Registry.RequireAsync("/dev/sim1", Bench.Ct)).Name;
        await bench.Registry.RequireAsync("/dev/sim2", Bench.Ct);

        OperationException refused = await bench.RefusedAsync(Bench.Label() with { Device = lost });

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
    }

    [Fact]
    public async Task A_validation_says_what_would_be_written_and_writes_nothing()
    {
        await using var bench = new Bench();

        RestoreEnded ended = await bench.EndAsync(Bench.Label() with { ValidateOnly = true });

        Assert.Null(ended.Failure);
        Assert.Equal(RestoreOutcome.Validated, ended.Receipt.Outcome);
        Assert.Equal("356938035643809", ended.Receipt.Slots[0].NewImei.Reveal());
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
        Assert.Null(bench.Vault.Journal.FindByRequestId(ended.Receipt.RequestId));
    }

    [Fact]
    public async Task A_slot_that_changed_since_it_was_read_is_left_alone()
    {
        await using var bench = new Bench();
        Phone phone = await bench.Registry.RequireAsync("", Bench.Ct);
        string etag = phone.Last.Slot(1).Etag;
        bench.Phone.Put(1, 550, Convert.FromHexString("080A40990901460000"));

        OperationException refused = await bench.RefusedAsync(Bench.Label().WithSlot(s => s with { Etag = etag }));

        Assert.Equal(OperationError.EtagMismatch, refused.Error);
        Assert.Equal("080A40990901460000", bench.Held());
    }

    [Fact]
    public async Task An_etag_that_still_fits_lets_the_restore_pass()
    {
        await using var bench = new Bench();
        Phone phone = await bench.Registry.RequireAsync("", Bench.Ct);

        RestoreEnded ended = await bench.EndAsync(Bench.Label().WithSlot(s => s with { Etag = phone.Last.Slot(1).Etag }));

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
    }

    [Fact]
    public async Task The_same_request_again_returns_the_stored_receipt_also_without_the_phone()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        RestoreReceipt first = (await bench.EndAsync(request)).Receipt;
        bench.First.Host.Unplug();

        RestoreEnded again = await bench.EndAsync(request with { Spc = "123456" });

        Assert.True(again.Receipt.Replayed);
        Assert.Equal(first.Journal, again.Receipt.Journal);
        Assert.Equal(RestoreOutcome.Applied, again.Receipt.Outcome);
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_request_id_with_other_content_is_refused()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await bench.EndAsync(request);

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.RunAsync(request.WithSlot(s => s with { Slot = 2 })));

        Assert.Equal(OperationError.RequestIdReused, refused.Error);
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }

    [Theory]
    [InlineData("slot")]
    [InlineData("reason")]
    [InlineData("request_id")]
    [InlineData("spc")]
    [InlineData("source")]
    [InlineData("evidence")]
    [InlineData("security_password")]
    [InlineData("snapshot_slot")]
    public async Task A_wrong_argument_is_named(string field)
    {
        await using var bench = new Bench();
        RestoreRequest good = Bench.Label();
        RestoreRequest wrong = field switch
        {
            "slot" => good.WithSlot(s => s with { Slot = 3 }),
            "reason" => good with { Reason = "x\ny" },
            "request_id" => good with { RequestId = "17" },
            "spc" => good with { Spc = "12345" },
            "evidence" => good with { Evidence = " " },
            "security_password" => good with { Password = "0123456789ABCDEG" },
            "snapshot_slot" => good.WithSlot(s => s with { SnapshotSlot = 3 }),
            _ => good.WithSlot(s => s with { Snapshot = "20261123-3f2a9c" }),
        };

        OperationException refused = await bench.RefusedAsync(wrong);

        Assert.Equal((OperationError.ArgumentInvalid, field), (refused.Error, refused.Fields["field"]));
    }

    [Fact]
    public async Task Every_restore_and_every_refusal_is_audited_without_the_number()
    {
        await using var bench = new Bench();
        await bench.EndAsync(Bench.Label());
        await Assert.ThrowsAsync<OperationException>(() => bench.RunAsync(Bench.Label("490154203237518")));

        AuditRow[] rows = [.. bench.Vault.Audit.List(10).Where(r => r.Entry.Action == "restore-imei")];

        Assert.Equal(["refused", "applied"], rows.Select(r => r.Entry.Outcome));
        Assert.All(rows, r => Assert.Equal("local:test", r.Entry.Operator));
        Assert.All(rows, r => Assert.DoesNotMatch(@"\d{15}", r.Entry.Detail));
        Assert.Contains("35693803*****09", rows[1].Entry.Detail, StringComparison.Ordinal);
    }
}
