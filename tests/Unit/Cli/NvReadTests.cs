using Google.Protobuf;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class NvReadTests
{
    [Fact]
    public async Task One_item_is_shown_with_its_name_and_its_bytes_without_the_zeros_at_the_end()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadItem = request => new ReadItemResponse { Item = Item(request.Item, Samples.NumberBytes), Name = "NV_UE_IMEI_I" };

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "0x226", "--sim", "2");

        Assert.Equal(["00550  0x0226  done  NV_UE_IMEI_I", "08 3A 65 39 08 53 46 83 90", "(119 more bytes of 00)"], run.OutLines);
        ReadItemRequest request = Assert.Single(agent.RequestsOf<ReadItemRequest>());
        Assert.Equal((550u, 2u), (request.Item, request.Slot));
        Assert.Equal(ExitCode.Ok, run.Exit);
    }

    [Fact]
    public async Task What_an_item_means_stands_above_its_bytes()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadItem = request => new ReadItemResponse { Item = new NvItem(Item(request.Item, Samples.NumberBytes)) { Text = Samples.Masked } };

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "550");

        Assert.Equal(["00550  0x0226  done", "= 35693803*****09", "08 3A 65 39 08 53 46 83 90"], run.OutLines.Take(3));
    }

    [Fact]
    public async Task Bytes_come_in_rows_of_sixteen()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadItem = request => new ReadItemResponse { Item = Item(request.Item, [.. Enumerable.Range(1, 18).Select(value => (byte)value)]) };

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "10");

        Assert.Equal("01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10", run.OutLines[1]);
        Assert.Equal("11 12", run.OutLines[2]);
    }

    [Fact]
    public async Task Not_active_is_an_answer_and_no_reply_is_an_incomplete_read()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadItem = request => new ReadItemResponse
        {
            Item = request.Item == 1
                ? new NvItem { Item = 1, Slot = 1, Outcome = NvOutcome.Answered, Status = 5 }
                : new NvItem { Item = 2, Slot = 1, Outcome = NvOutcome.NoReply },
        };

        CliRun inactive = await CliRun.RunAsync(agent, "nv", "read", "1");
        CliRun silent = await CliRun.RunAsync(agent, "nv", "read", "1,2");

        Assert.Equal((ExitCode.Ok, "00001  0x0001  not active"), (inactive.Exit, inactive.OutLines[0]));
        Assert.Equal((ExitCode.Incomplete, "00002  0x0002  no reply"), (silent.Exit, silent.OutLines[1]));
    }

    [Theory]
    [InlineData(NvOutcome.Answered, 9, ExitCode.Incomplete)]
    [InlineData(NvOutcome.Refused, 0x42, ExitCode.Incomplete)]
    [InlineData(NvOutcome.Refused, 0x14, ExitCode.Ok)]
    public async Task What_the_phone_keeps_to_itself_is_not_known(NvOutcome outcome, uint code, ExitCode exit)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadItem = request => new ReadItemResponse
        {
            Item = new NvItem { Item = request.Item, Slot = 1, Outcome = outcome, Status = code, Refusal = code },
        };

        Assert.Equal(exit, (await CliRun.RunAsync(agent, "nv", "read", "1")).Exit);
    }

    [Fact]
    public async Task Many_items_are_streamed_and_those_without_data_only_counted()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadRange = async (_, answers, _) =>
        {
            await answers.WriteAsync(new ReadRangeResponse { Batch = new ReadBatch { Sequence = 1, Items = { Item(441, [7]) } } });
            await answers.WriteAsync(new ReadRangeResponse { Summary = Samples.Summary(65536, failed: 3) });
        };

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "0-65535");

        Assert.Equal("00441  0x01B9  done", run.OutLines[0]);
        Assert.Contains("65,536 items: 4,000 active, 61,533 not there, 3 unknown.", run.Err, StringComparison.Ordinal);
        Assert.Equal(8, (int)run.Exit);
        ReadRangeRequest request = Assert.Single(agent.RequestsOf<ReadRangeRequest>());
        Assert.True(request.SkipAbsent);
        Assert.False(request.SaveSnapshot);
    }

    private static NvItem Item(uint number, byte[] data)
    {
        byte[] cell = new byte[128];
        data.CopyTo(cell, 0);
        return new NvItem { Item = number, Slot = 1, Outcome = NvOutcome.Answered, Status = 0, Data = ByteString.CopyFrom(cell) };
    }
}
