using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Integration.Telemetry;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.Integration.Agent;

/// <summary>What a window shows of items: those of a snapshot, the known ones, what they mean, and a label while it is typed.</summary>
public class SnapshotItemsTests
{
    private static CancellationToken Ct => AgentUnderTest.Ct;

    [Fact]
    public async Task The_items_of_a_snapshot_are_what_was_read_in_order_and_in_small_batches()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        (string snapshot, List<NvItem> read) = await DumpAsync(agent, last: 9000, slots: [1, 2]);

        List<ReadSnapshotResponse> batches = await BatchesAsync(agent, new() { Name = snapshot });
        List<NvItem> items = [.. batches.SelectMany(b => b.Items)];
        List<NvItem> active = await ItemsAsync(agent, new() { Name = snapshot, ActiveOnly = true });
        List<NvItem> second = await ItemsAsync(agent, new() { Name = snapshot["snapshots/".Length..], Slots = { 2 } });

        Assert.All(batches, batch => Assert.InRange(batch.CalculateSize(), 1, 64 * 1024));
        Assert.All(batches.SkipLast(1), batch => Assert.True(batch.CalculateSize() >= 32 * 1024, $"{batch.CalculateSize()} bytes"));
        Assert.Equal(read.Select(Plain), items.Select(Plain));
        Assert.Equal(items.OrderBy(i => i.Slot).ThenBy(i => i.Item), items);
        Assert.Equal(items.Where(i => i.Outcome == NvOutcome.Answered && i.Status == 0), active);
        Assert.Equal(items.Where(i => i.Slot == 2), second);
        Assert.NotEmpty(active);
        Assert.Equal(9001, second.Count);
        // While it is read as afterwards.
        foreach (List<NvItem> told in (List<NvItem>[])[read, items])
            Assert.Equal(["35693803*****09", "49015420*****18"], told.Where(i => i.Item == 550).OrderBy(i => i.Slot).Select(i => i.Text));
        Assert.Equal(items.Select(i => i.Text), read.Select(i => i.Text));
        Assert.Equal(phone.Phone.Meid, items.Single(i => i is { Item: 1943, Slot: 1 }).Text);
    }

    [Fact]
    public async Task Numbers_in_the_texts_are_shown_to_whoever_asks()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        (string snapshot, _) = await DumpAsync(agent, last: 600, slots: [1]);

        List<NvItem> shown = await ItemsAsync(agent, new() { Name = snapshot, RevealImei = true });
        NvItem masked = (await agent.Nv.ReadItemAsync(new() { Item = 550 }, cancellationToken: Ct)).Item;
        NvItem revealed = (await agent.Nv.ReadItemAsync(new() { Item = 550, Slot = 2, RevealImei = true }, cancellationToken: Ct)).Item;

        Assert.Equal("356938035643809", shown.Single(i => i.Item == 550).Text);
        Assert.Equal(("35693803*****09", "490154203237518"), (masked.Text, revealed.Text));
    }

    [Fact]
    public async Task A_snapshot_that_is_not_there_has_not_the_slot_or_was_damaged_is_refused_before_an_item_comes()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using var agent = await TellingAgent.StartAsync(folder, [phone.Host.Path]);
        await agent.PhoneAsync();
        var nv = new NvService.NvServiceClient(agent.Channel);
        var snapshots = new SnapshotService.SnapshotServiceClient(agent.Channel);
        (string snapshot, _) = await DumpAsync(nv, last: 600, slots: [1]);

        Assert.Equal("SNAPSHOT_NOT_FOUND", await ReasonAsync(new() { Name = "20260101-abcdef" }));
        Assert.Equal("ARGUMENT_INVALID slots", await ReasonAsync(new() { Name = snapshot, Slots = { 1, 2 } }));
        Assert.Equal("ARGUMENT_INVALID slots", await ReasonAsync(new() { Name = snapshot, Slots = { 4_000_000_000 } }));
        Assert.Equal("", await ReasonAsync(new() { Name = snapshot, Slots = { 1 } }));
        await using (var other = new SqliteConnection($"Data Source={agent.Data}/vault.db;Pooling=False"))
        {
            await other.OpenAsync(Ct);
            await using SqliteCommand flip = other.CreateCommand();
            flip.CommandText = "UPDATE contents SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'EE' AS BLOB)";
            Assert.Equal(1, await flip.ExecuteNonQueryAsync(Ct));
        }
        Assert.Equal("SNAPSHOT_DAMAGED", await ReasonAsync(new() { Name = snapshot }));

        async Task<string> ReasonAsync(ReadSnapshotRequest request)
        {
            try
            {
                using AsyncServerStreamingCall<ReadSnapshotResponse> call = snapshots.ReadSnapshot(request, cancellationToken: Ct);
                Assert.NotEmpty(await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct));
                return "";
            }
            catch (RpcException e)
            {
                Google.Rpc.Status status = e.GetRpcStatus()!;
                return $"{status.GetDetail<ErrorInfo>()!.Reason} {status.GetDetail<BadRequest>()?.FieldViolations.Single().Field}".Trim();
            }
        }
    }

    [Fact]
    public async Task The_catalogue_tells_numbers_names_sizes_groups_and_meanings()
    {
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync("/dev/none");

        NvItemInfo[] items = [.. (await agent.Nv.ListCatalogueAsync(new(), cancellationToken: Ct)).Items];

        Assert.True(items.Length >= 150, $"{items.Length}");
        Assert.Equal(items.Select(i => i.Item).Distinct().Order(), items.Select(i => i.Item));
        NvItemInfo imei = items.Single(i => i.Item == 550);
        Assert.Equal(("NV_UE_IMEI_I", 9u, "identity"), (imei.Name, imei.Size, imei.Group));
        Assert.StartsWith("IMEI", imei.Meaning, StringComparison.Ordinal);
        Assert.Equal(("secret", 6u), items.Where(i => i.Item == 85).Select(i => (i.Group, i.Size)).Single());
        Assert.Equal(("user", 0u), items.Where(i => i.Item == 71).Select(i => (i.Group, i.Size)).Single());
        // As the contract lists them.
        Assert.Equal(
            ["band", "cdma", "data", "debug", "gps", "gsm", "hdr", "identity", "lifetime", "lock", "mobile_ip", "mode", "network", "port", "radio", "rf_calibration", "secret", "sim",
                "sms", "subscription", "umts", "user", "version"],
            items.Select(i => i.Group).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_label_is_checked_while_it_is_typed_and_nobody_else_is_told()
    {
        using var spans = new SpanRecorder(toAll: true);
        await using var agent = await TellingAgent.StartAsync();
        var imei = new ImeiService.ImeiServiceClient(agent.Channel);

        CheckLabelResponse begun = await CheckAsync("35-6938"), whole = await CheckAsync("35-693803-564380-9"), computed = await CheckAsync("35693803564380"), wrong = await CheckAsync("355167055587819");

        Assert.Equal(
            new CheckLabelResponse { State = LabelState.Incomplete, DigitCount = 6, Fault = "WrongLength", Text = "6 of 15 digits." }, begun);
        Assert.Equal(
            new CheckLabelResponse { State = LabelState.Accepted, DigitCount = 15, Imei = "356938035643809", NvBytes = ByteString.CopyFrom(Convert.FromHexString("083A65390853468390")) }, whole);
        Assert.Equal((LabelState.Accepted, 14u, true, whole.Imei, whole.NvBytes), (computed.State, computed.DigitCount, computed.CheckDigitComputed, computed.Imei, computed.NvBytes));
        Assert.Equal((LabelState.Refused, "WrongCheckDigit", "", ByteString.Empty), (wrong.State, wrong.Fault, wrong.Imei, wrong.NvBytes));
        Assert.DoesNotMatch("[0-9]", wrong.Text);

        // Other tests in this process have spans too.
        string[] calls = [.. spans.All.Where(span => span.OperationName == "imeiagent.v1.ImeiService/CheckLabel").Select(SpanRecorder.Text)];
        Assert.True(calls.Length >= 4, $"{calls.Length} spans");
        Assert.DoesNotContain(calls.Concat(agent.Log.Select(line => line.Text)), text => text.Contains("6938", StringComparison.Ordinal) || text.Contains("5516", StringComparison.Ordinal));
        Assert.DoesNotContain(agent.Log, line => line.Level >= LogLevel.Information && line.Text.Contains("CheckLabel", StringComparison.Ordinal));
        var audit = new AuditService.AuditServiceClient(agent.Channel);
        Assert.Empty((await audit.ListAuditAsync(new(), cancellationToken: Ct)).Rows);

        async Task<CheckLabelResponse> CheckAsync(string label) => await imei.CheckLabelAsync(new() { Label = label }, cancellationToken: Ct);
    }

    private static Task<(string Snapshot, List<NvItem> Items)> DumpAsync(AgentUnderTest agent, uint last, uint[] slots) => DumpAsync(agent.Nv, last, slots);

    private static async Task<(string Snapshot, List<NvItem> Items)> DumpAsync(NvService.NvServiceClient nv, uint last, uint[] slots)
    {
        var request = new ReadRangeRequest { Ranges = { new NvRange { First = 0, Last = last } }, Slots = { slots }, SaveSnapshot = true };
        List<NvItem> items = [];
        string snapshot = "";
        using AsyncServerStreamingCall<ReadRangeResponse> dump = nv.ReadRange(request, cancellationToken: Ct);
        await foreach (ReadRangeResponse told in dump.ResponseStream.ReadAllAsync(Ct))
        {
            items.AddRange(told.Batch?.Items ?? []);
            snapshot = told.Summary?.Snapshot ?? snapshot;
        }
        return (snapshot, items);
    }

    private static async Task<List<NvItem>> ItemsAsync(AgentUnderTest agent, ReadSnapshotRequest request) => [.. (await BatchesAsync(agent, request)).SelectMany(b => b.Items)];

    private static async Task<List<ReadSnapshotResponse>> BatchesAsync(AgentUnderTest agent, ReadSnapshotRequest request)
    {
        using AsyncServerStreamingCall<ReadSnapshotResponse> call = agent.Snapshots.ReadSnapshot(request, cancellationToken: Ct);
        return await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);
    }

    private static NvItem Plain(NvItem item) => new(item) { Text = "" };
}
