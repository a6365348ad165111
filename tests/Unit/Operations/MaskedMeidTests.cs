using ImeiAgent.Diag.Identity;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A MEID of decimal digits alone is an IMEI without its check digit: what is refused tells it masked, and compares it in full.</summary>
public class MaskedMeidTests
{
    private static readonly byte[] s_first = Convert.FromHexString("8043560338693500"), s_second = Convert.FromHexString("5137322054014900");

    [Theory]
    [InlineData("35693803564380", "49015420323751", "(MEID was \"35693803*****0\", is \"49015420*****1\")")]
    [InlineData("35693803564380", "A0000012345678", "(MEID was \"35693803*****0\", is \"A0000012345678\")")]
    [InlineData("35693803564380", "35693803000000", "(MEID was \"35693803*****0\", is another that differs in what is masked)")]
    public void A_phone_that_changed_during_a_dump_is_told_by_masked_numbers(string before, string now, string told)
    {
        PhoneIdentity phone = new("SM-G991U", "build-1", "80A1B2C3", before, "");

        OperationException changed = Faults.SourceChanged("devices/a", phone, phone with { Meid = now });

        Assert.Equal(OperationError.DumpSourceChanged, changed.Error);
        Assert.Contains(told, changed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_of_another_phone_is_refused_with_both_phones_masked()
    {
        await using var bench = new Bench();
        bench.Phone.Put(1, 1943, s_second);
        RunningPhone<MemoryHost> other = bench.Plug("galaxy", seed: 2);
        other.Phone.Put(1, 1943, s_first);
        var dump = new DumpRequest { Device = "/dev/sim2", Ranges = [new(0, 0), new(550, 550), new(1943, 1943)], Slots = [1, 2], SaveSnapshot = true };
        string snapshot = Assert.IsType<DumpSummary>((await bench.DumpAsync(dump))[^1]).Snapshot;

        OperationException refused = await bench.RefusedAsync(Bench.From(snapshot) with { Device = "/dev/sim1" });

        Assert.Equal(OperationError.SnapshotOfOtherPhone, refused.Error);
        Assert.Contains("MEID 35693803*****0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MEID 49015420*****1", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotMatch("35693803564380|49015420323751", refused.Message);
        // The agent itself compares the whole.
        Assert.Equal("35693803564380", bench.Backups.Get(snapshot).Info.Identity.Meid);
    }

    [Fact]
    public async Task A_phone_that_only_a_file_tells_of_is_named_masked()
    {
        await using var bench = new Bench();
        NvFiles.Import(bench, "found.txt", 1, esn: 0x12345678, "083A65390853468390", "8043560338693500");
        RestoreRequest request = Bench.Label();

        OperationException refused = await bench.RefusedAsync(request);

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
        Assert.Contains("(ESN 12345678, MEID 35693803*****0)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MEID 35693803*****0", Assert.Single(bench.Approvals.List(pendingOnly: true)).Request.Question, StringComparison.Ordinal);
        Assert.DoesNotContain("35693803564380", Assert.Single(bench.Approvals.List(pendingOnly: true)).Request.Question, StringComparison.Ordinal);
    }
}
