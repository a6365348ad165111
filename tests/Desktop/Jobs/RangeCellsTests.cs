using Google.Protobuf;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Jobs;

// What is known of 65,536 items: states, counts, and what a browser is told.
public class RangeCellsTests
{
    [Theory]
    [InlineData(NvOutcome.Answered, 0u, CellState.Active, "active, with data")]
    [InlineData(NvOutcome.Answered, 5u, CellState.Absent, "not active")]
    [InlineData(NvOutcome.Answered, 6u, CellState.Absent, "bad parameter")]
    [InlineData(NvOutcome.Answered, 8u, CellState.Absent, "not defined")]
    [InlineData(NvOutcome.Answered, 1u, CellState.Failed, "busy")]
    [InlineData(NvOutcome.Answered, 4u, CellState.Failed, "failed")]
    [InlineData(NvOutcome.Answered, 65535u, CellState.Failed, "status 65535")]
    [InlineData(NvOutcome.Refused, 0x13u, CellState.Refused, "refused: BAD_CMD")]
    [InlineData(NvOutcome.Refused, 0x14u, CellState.Refused, "refused: BAD_PARM")]
    [InlineData(NvOutcome.Refused, 0x15u, CellState.Refused, "refused: BAD_LEN")]
    [InlineData(NvOutcome.Refused, 0x47u, CellState.Failed, "refused: BAD_SEC_MODE")]
    [InlineData(NvOutcome.NoReply, 0u, CellState.Failed, "no reply")]
    [InlineData(NvOutcome.Skipped, 0u, CellState.Skipped, "skipped on purpose (list of skips)")]
    public void Each_answer_has_a_state_that_the_agents_summary_counts_alike(NvOutcome outcome, uint code, CellState state, string text)
    {
        RangeCells cells = new();
        cells.Take([Item(550, outcome, code)], 1);

        CellAnswer answer = cells.At(550);
        Assert.Equal((550, outcome, state, text), (answer.Item, answer.Outcome, answer.State, answer.Text));
        Assert.Equal(1, cells.Counts[(int)state]);
        Assert.Equal((65535, 65536), (cells.Counts[(int)CellState.NotRead], cells.Counts.Sum()));
    }

    [Fact]
    public void What_was_not_read_is_said_to_be_so()
    {
        RangeCells cells = new();

        Assert.Equal((CellState.NotRead, "not read"), (cells.At(65535).State, cells.At(65535).Text));
        Assert.Equal((0L, 0), (cells.Version, cells.Since(0).Rows.Length));
    }

    [Fact]
    public void The_first_bytes_are_kept_of_items_with_data_only_and_an_item_that_is_told_again_is_counted_once()
    {
        RangeCells cells = new();
        NvItem active = Item(7, NvOutcome.Answered, 0);
        active.Data = ByteString.CopyFrom([.. Enumerable.Range(1, 128).Select(value => (byte)value)]);
        NvItem shorter = Item(8, NvOutcome.Answered, 0);
        shorter.Data = ByteString.CopyFrom(0xAA);
        cells.Take([active, shorter, Item(9, NvOutcome.Answered, 5)], 1);

        Assert.Equal([.. Enumerable.Range(1, 16).Select(value => (byte)value)], cells.At(7).Head);
        Assert.Equal([0xAA, .. new byte[15]], cells.At(8).Head);
        Assert.Empty(cells.At(9).Head);

        cells.Take([Item(7, NvOutcome.Answered, 5)], 1);
        Assert.Empty(cells.At(7).Head);
        Assert.Equal((1, 2), (cells.Counts[(int)CellState.Active], cells.Counts[(int)CellState.Absent]));
    }

    [Fact]
    public void Items_of_the_other_SIM_and_impossible_ones_are_left_out()
    {
        RangeCells cells = new();
        NvItem other = Item(1, NvOutcome.Answered, 0);
        other.Slot = 2;
        cells.Take([other, Item(65536, NvOutcome.Answered, 0)], 1);

        Assert.Equal((65536, 0L), (cells.Counts[(int)CellState.NotRead], cells.Version));
    }

    // The browser's way of reading it, done here once more: a row's number, then its 256 states.
    [Fact]
    public void Each_looker_is_told_the_rows_that_changed_since_it_looked_and_ends_with_the_same_picture()
    {
        RangeCells cells = new();
        byte[] early = new byte[65536], late = new byte[65536];
        cells.Take([Item(0, NvOutcome.Answered, 0), Item(255, NvOutcome.Answered, 5), Item(256, NvOutcome.Skipped, 0)], 1);
        (byte[] first, long seen) = cells.Since(0);
        Assert.Equal(2 * 257, first.Length);
        Paint(early, first);
        Assert.Equal((1, 2, 0, 5), (early[0], early[255], early[254], early[256]));

        cells.Take([Item(65535, NvOutcome.Refused, 0x14), Item(65280, NvOutcome.NoReply, 0)], 1);
        (byte[] second, long now) = cells.Since(seen);
        Assert.Equal((257, 255), (second.Length, second[0]));
        Paint(early, second);
        Assert.Equal((3, 4), (early[65535], early[65280]));
        Assert.Empty(cells.Since(now).Rows);

        Paint(late, cells.Since(0).Rows);
        Assert.Equal(early, late);
    }

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(3, 40000)]
    [InlineData(40000, 3)]
    [InlineData(65535, 3)]
    public void The_next_item_of_a_state_is_found_around_the_end(int from, int next)
    {
        RangeCells cells = new();
        cells.Take([Item(3, NvOutcome.NoReply, 0), Item(40000, NvOutcome.NoReply, 0), Item(5, NvOutcome.Answered, 0)], 1);

        Assert.Equal(next, cells.Next(CellState.Failed, from));
        Assert.Null(cells.Next(CellState.Skipped, from));
    }

    [Fact]
    public void What_settles_an_item_for_every_client_is_no_failure_here()
    {
        foreach (NvOutcome outcome in Enum.GetValues<NvOutcome>().Where(outcome => outcome != NvOutcome.Unspecified))
            for (uint code = 0; code <= 0x100; code++)
                Assert.Equal(Item(1, outcome, code).IsKnown, CellStates.Of(outcome, code) != CellState.Failed);
    }

    private static void Paint(byte[] picture, byte[] rows)
    {
        for (int at = 0; at < rows.Length; at += 257)
            rows.AsSpan(at + 1, 256).CopyTo(picture.AsSpan(rows[at] * 256));
    }

    private static NvItem Item(uint item, NvOutcome outcome, uint code) =>
        new() { Item = item, Slot = 1, Outcome = outcome, Status = outcome == NvOutcome.Answered ? code : 0, Refusal = outcome == NvOutcome.Refused ? code : 0 };
}
