using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What a receipt carries, and for how long it is given again.</summary>
public class ReceiptTests
{
    [Fact]
    public async Task A_receipt_tells_what_was_written_over_what_on_whose_word_and_when()
    {
        await using var bench = new Bench();
        bench.Phone.Put(1, 550, Convert.FromHexString("084A09512430325781"));
        RestoreRequest request = Bench.Label() with { By = Caller.Local("test", "4bf92f3577b34da6a3ce929d0e0e4736") };
        await bench.RefusedAsync(request);
        bench.Approvals.Approve(request.RequestId, "seen the box", Caller.Local("boss"));
        DateTimeOffset before = TimeProvider.System.GetUtcNow();

        RestoreReceipt receipt = (await bench.EndAsync(request)).Receipt;

        Assert.Equal([new SlotReceipt(1, ImeiSlotState.Ok, Imei.FromDigits("490154203237518"), Imei.FromDigits("356938035643809"), CheckDigitComputed: false, SourceSnapshot: "")],
            receipt.Slots);
        Assert.Equal(("ticket 4711", "photo of the label"), (receipt.Reason, receipt.Evidence));
        Assert.Equal(("local:test", "local:boss", "seen the box"), (receipt.Operator, receipt.ApprovedBy, receipt.ApprovalReason));
        Assert.Equal((request.RequestId, "4bf92f3577b34da6a3ce929d0e0e4736", "journal/1"), (receipt.RequestId, receipt.TraceId, receipt.Journal));
        // Times are kept to the millisecond.
        Assert.InRange(receipt.StartedAt, before.AddMilliseconds(-1), receipt.EndedAt);
        Assert.InRange(receipt.EndedAt, receipt.StartedAt, TimeProvider.System.GetUtcNow());
        Assert.StartsWith("snapshots/", receipt.BackupSnapshot, StringComparison.Ordinal);
        Assert.Equal("084A09512430325781",
            Convert.ToHexString(bench.Vault.Snapshots.Load(receipt.BackupSnapshot).Find(1, NvItemId.Imei)!.Value.Data.Bytes[..9]));
        JournalRow row = bench.Vault.Journal.Find(1)!;
        Assert.Equal((row.Sha256, 64), (receipt.Sha256, receipt.Sha256.Length));
        Assert.Equal(receipt.Sha256, JournalRow.Hash(row));
    }

    [Fact]
    public async Task A_receipt_names_its_numbers_masked_wherever_it_is_put_into_words()
    {
        await using var bench = new Bench();

        string words = (await bench.EndAsync(Bench.Label())).Receipt.Slots[0].ToString();

        Assert.Contains("35693803*****09", words, StringComparison.Ordinal);
        Assert.DoesNotContain("356938035643809", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_comes_again_after_31_days_is_answered_with_its_receipt()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        RestoreReceipt first = (await bench.EndAsync(request)).Receipt;
        bench.Phone.Put(1, 550, new byte[9]);

        RestoreReceipt again = (await bench.EndLaterAsync(request, TimeSpan.FromDays(31))).Receipt;

        Assert.Equivalent(first with { Replayed = true }, again, strict: true);
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }
}
