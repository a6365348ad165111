using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Ways to get a number into a phone that is not its own, or to keep its own from it.</summary>
public class WrongNumberTests
{
    private const string Number = "356938035643809";
    private const string Bytes1 = "083A65390853468390";
    private const string Bytes2 = "084A09512430325781";
    private const string Lost = "000000000000000000";
    private static readonly PortSpec s_first = PortSpec.Parse("/dev/sim1");
    private static readonly PortSpec s_second = PortSpec.Parse("/dev/sim2");
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task A_file_that_somebody_made_up_does_not_keep_a_number_from_its_phone_for_ever()
    {
        await using var bench = new Bench();
        NvFiles.Import(bench, "found.txt", 1, esn: 0x12345678, Bytes1);
        RestoreRequest request = Bench.Label();

        OperationException refused = await bench.RefusedAsync(request);
        bench.Approvals.Approve(request.RequestId, "the file is nobody's", Caller.Local("boss"));

        Assert.Equal((OperationError.ImeiInUse, request.RequestId), (refused.Error, refused.Fields["approval"]));
        Assert.Equal(RestoreOutcome.Applied, (await bench.EndAsync(request)).Receipt.Outcome);
        Assert.Equal(Bytes1, bench.Held());
    }

    [Theory]
    [InlineData("galaxy-single-sim")]
    [InlineData("galaxy-imei-lost")]
    public async Task A_file_that_was_imported_for_the_wrong_slot_does_not_keep_the_number_from_the_right_one(string profile)
    {
        await using var bench = new Bench(profile);
        bench.Phone.Put(1, 550, new byte[9]);
        NvFiles.Import(bench, "own.txt", 2, await NvFiles.EsnAsync(bench), Bytes1);

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(Bytes1, bench.Held());
    }

    [Fact]
    public async Task A_file_is_no_source_without_what_shows_that_it_is_right()
    {
        await using var bench = new Bench();
        string made = NvFiles.Import(bench, "x.txt", 1, await NvFiles.EsnAsync(bench), Bytes2).Name;

        OperationException refused = await bench.RefusedAsync(Bench.From(made) with { Evidence = "" });

        Assert.Equal((OperationError.ArgumentInvalid, "evidence"), (refused.Error, refused.Fields["field"]));
        Assert.Equal(Lost, bench.Held());
    }

    [Fact]
    public async Task A_phone_without_serial_numbers_does_not_take_a_number_that_the_vault_knows_on_its_own_word()
    {
        await using var bench = new Bench("galaxy", replyTimeout: s_patience);
        RunningPhone<MemoryHost> thief = bench.Plug("galaxy-imei-lost", seed: 2);
        await using (PhoneRegistry yesterday = bench.NewRegistry([s_first]))
            await yesterday.RequireAsync("", Bench.Ct);
        Bench.EraseSerials(thief.Phone);
        await using PhoneRegistry today = bench.NewRegistry([s_second]);
        RestoreRequest request = Bench.Label();

        OperationException refused = await RefusedAsync(bench, today, NewRestore(bench, today), request);

        Assert.Equal((OperationError.ImeiInUse, request.RequestId), (refused.Error, refused.Fields["approval"]));
        Assert.Equal(0, thief.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_number_that_was_given_to_a_phone_without_serial_numbers_is_not_forgotten()
    {
        await using var bench = new Bench(replyTimeout: s_patience);
        RunningPhone<MemoryHost> second = bench.Plug("galaxy-imei-lost", seed: 2);
        Bench.EraseSerials(bench.Phone);
        await using (PhoneRegistry yesterday = bench.NewRegistry([s_first]))
            Assert.Equal(RestoreOutcome.Applied, (await EndAsync(bench, yesterday, NewRestore(bench, yesterday), Bench.Label())).Receipt.Outcome);
        await using PhoneRegistry today = bench.NewRegistry([s_second]);
        RestoreRequest request = Bench.Label();

        OperationException refused = await RefusedAsync(bench, today, NewRestore(bench, today), request);

        Assert.Equal((OperationError.ImeiInUse, request.RequestId), (refused.Error, refused.Fields["approval"]));
        Assert.Equal(0, second.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_write_that_was_settled_by_hand_does_not_set_its_number_free()
    {
        await using var bench = new Bench(returnLimit: TimeSpan.FromMilliseconds(100));
        RunningPhone<MemoryHost> second = bench.Plug("galaxy-imei-lost", seed: 2);
        await using (PhoneRegistry yesterday = bench.NewRegistry([s_first]))
        {
            await yesterday.RequireAsync("", Bench.Ct);
            HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
            Task<RestoreEnded> interrupted = EndAsync(bench, yesterday, NewRestore(bench, yesterday), Bench.Label());
            await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
            bench.First.Host.Unplug();
            Assert.Equal(RestoreOutcome.Unknown, (await interrupted).Receipt.Outcome);
        }
        await using PhoneRegistry today = bench.NewRegistry([s_second]);
        RestoreImei restore = NewRestore(bench, today);

        OperationException open = await RefusedAsync(bench, today, restore, Bench.Label());
        await new JournalDesk(today, bench.Vault, restore, TimeProvider.System).SettleAsync(
            new SettleRequest { Name = "journal/1", Reason = "the phone is gone", ByHand = true, By = Caller.Local("thief") }, Bench.Ct);
        OperationException settled = await RefusedAsync(bench, today, restore, Bench.Label());

        Assert.Equal(Bytes1, bench.Held());
        Assert.Equal(WriteOutcome.Unknown, bench.Vault.Journal.Find(1)!.Outcome);
        Assert.All((OperationException[])[open, settled], refused => Assert.Equal((OperationError.ImeiInUse, false), (refused.Error, refused.Fields.ContainsKey("approval"))));
        Assert.Equal(0, second.Phone.Counters.NvWritesReceived);
    }

    [Theory]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e\n")]
    [InlineData(" 0f8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("{0f8fad5b-d9cb-469f-a165-70867728950e}")]
    [InlineData("0f8fad5bd9cb469fa16570867728950e")]
    [InlineData("0x8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("+f8fad5b-d9cb-469f-a165-70867728950e")]
    public async Task A_request_id_has_one_spelling(string id)
    {
        await using var bench = new Bench();

        OperationException refused = await bench.RefusedAsync(Bench.Label() with { RequestId = id });

        Assert.Equal((OperationError.ArgumentInvalid, "request_id"), (refused.Error, refused.Fields["field"]));
    }

    [Fact]
    public async Task A_number_in_the_name_of_a_file_is_masked_where_it_is_kept()
    {
        await using var bench = new Bench();

        SnapshotView kept = NvFiles.Import(bench, $"imei-{Number}.txt", 1, esn: 0x12345678, Bytes1);

        Assert.Equal("Imported from imei-35693803*****09.txt.", kept.Info.Notes[0]);
        Assert.All(kept.Info.Notes, note => Assert.DoesNotContain(Number, note, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_number_that_was_typed_in_the_wrong_place_is_masked_in_what_is_said_and_kept()
    {
        await using var bench = new Bench();

        OperationException[] refused =
        [
            await bench.RefusedAsync(Bench.From(Number)),
            await bench.RefusedAsync(Bench.Label() with { Device = Number }),
            await bench.RefusedAsync(Bench.Label("355167055587819") with { Reason = $"box says {Number}", Evidence = $"photo {Number}.jpg" }),
        ];

        Assert.Equal([OperationError.SnapshotNotFound, OperationError.DeviceNotFound, OperationError.ImeiInvalid], refused.Select(e => e.Error));
        AuditRow[] audited = [.. bench.Vault.Audit.List(10).Where(r => r.Entry.Action == "restore-imei")];
        Assert.Equal(3, audited.Length);
        Assert.All(refused.Select(e => e.Message).Concat(audited.Select(r => $"{r.Entry.Device} {r.Entry.Detail}")), text => Assert.DoesNotContain(Number, text, StringComparison.Ordinal));
        Assert.All(refused[..2], e => Assert.Contains("35693803*****09", e.Message, StringComparison.Ordinal));
        Assert.Equal("35693803*****09", audited[1].Entry.Device);
        Assert.EndsWith("Reason: box says 35693803*****09 Evidence: photo 35693803*****09.jpg", audited[0].Entry.Detail, StringComparison.Ordinal);
    }

    private static RestoreImei NewRestore(Bench bench, PhoneRegistry registry) =>
        new(registry, bench.Vault, bench.Leases, TimeProvider.System, NullLogger<RestoreImei>.Instance);

    private static async Task<RestoreEnded> EndAsync(Bench bench, PhoneRegistry registry, RestoreImei restore, RestoreRequest request) =>
        Assert.IsType<RestoreEnded>(await restore.RunAsync(await bench.LeasedAsync(request, registry), Bench.Ct).LastAsync(Bench.Ct));

    private static Task<OperationException> RefusedAsync(Bench bench, PhoneRegistry registry, RestoreImei restore, RestoreRequest request) =>
        Assert.ThrowsAsync<OperationException>(() => EndAsync(bench, registry, restore, request));
}
