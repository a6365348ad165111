using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>What becomes of a request that is lost while others are in flight.</summary>
public sealed class LossTests
{
    [Fact]
    public async Task A_read_that_is_overtaken_is_asked_again_at_once_and_not_given_up_for_it()
    {
        await using var it = new SessionFixture(window: 2, attempts: 1);
        Task<DiagReply<NvItem>> lost = it.Read(1), second = it.Read(2);

        it.AnswerRead(2);

        Assert.True((await second).IsAnswer);
        Assert.Equal([1, 2, 1], it.Port.Items);
        it.AnswerRead(1, data: 5);
        Assert.Equal(5, (await lost).Answer.Data.Bytes[0]);
        Assert.Equal(1, it.Session.Counters.Resent);
    }

    [Fact]
    public async Task A_reply_of_another_kind_overtakes_nobody()
    {
        await using var it = new SessionFixture(window: 3);
        Task<DiagReply<NvItem>> read = it.Read(1);
        Task<DiagReply<byte[]>> version = it.Ask(0x00), other = it.Ask(0x4B, 0x30, 1, 0, 2, 0, 0, 0);

        it.Port.DeliverPacket(0x00, 1, 2);
        it.Port.DeliverPacket(0x4B, 0x30, 1, 0, 2, 0, 0, 0);

        await version;
        await other;
        Assert.Equal(3, it.Port.Writes.Count);
        it.AnswerRead(1);
        await read;
    }

    [Fact]
    public async Task A_lost_read_is_not_in_flight_and_waits_for_room_to_be_asked_again()
    {
        await using var it = new SessionFixture(window: 4);
        Task[] reads = [.. Enumerable.Range(1, 6).Select(item => it.Read(item))];
        it.AnswerRead(1);
        it.AnswerRead(2);

        it.AnswerRead(6);

        // 3, 4 and 5 are lost, the window is 2: two of them again, then the third.
        Assert.Equal(2, it.Session.Window);
        Assert.Equal([1, 2, 3, 4, 5, 6, 3, 4], it.Port.Items);
        it.AnswerRead(3);
        Assert.Equal([1, 2, 3, 4, 5, 6, 3, 4, 5], it.Port.Items);
        it.AnswerRead(4);
        it.AnswerRead(5);
        await Task.WhenAll(reads);
    }

    [Fact]
    public async Task What_is_in_flight_beyond_a_window_that_was_cut_does_not_hold_up_the_repeat_that_shows_it_is_lost_too()
    {
        await using var it = new SessionFixture(window: 4);
        Task[] reads = [.. Enumerable.Range(1, 6).Select(item => it.Read(item))];
        it.AnswerRead(1);

        // 2 is lost; so are 4 and 5, which nobody knows yet, and the window has come down to 1.
        it.AnswerRead(3);
        Assert.Equal(1, it.Session.Window);
        Assert.Equal([1, 2, 3, 4, 5, 2], it.Port.Items);
        it.AnswerRead(2);
        it.AnswerRead(4);
        it.AnswerRead(5);
        it.AnswerRead(6);

        Assert.Equal([1, 2, 3, 4, 5, 2, 4, 5, 6], it.Port.Items);
        await Task.WhenAll(reads);
    }

    [Fact]
    public async Task An_item_that_is_never_answered_is_asked_alone_at_last_and_given_up_after_its_attempts()
    {
        await using var it = new SessionFixture(window: 2, attempts: 3);
        Task<DiagReply<NvItem>> dead = it.Read(1);
        Task[] others = [.. Enumerable.Range(2, 6).Select(item => it.Read(item))];

        // Overtaken twice; the third time it goes alone.
        it.AnswerRead(2);
        while (it.Port.Items.Count(item => item == 1) < 3)
            it.AnswerRead(it.Port.Items.Last(item => item != 1));
        int before = it.Port.Writes.Count;
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            Assert.False(dead.IsCompleted);
            Assert.All(it.Port.Items.Skip(before - 1), item => Assert.Equal(1, item));
            it.Time.Advance(SessionFixture.ReplyTimeout);
        }

        NoReplyException none = await Assert.ThrowsAsync<NoReplyException>(() => dead);
        Assert.Equal(5, none.Sends);
        for (int item = 2; item <= 7; item++)
            it.AnswerRead(item);
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task The_second_reply_to_a_read_that_was_overtaken_for_nothing_is_not_taken_for_the_next_read_of_the_item()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<NvItem>> first = it.Read(1), second = it.Read(2);
        it.AnswerRead(2);
        it.AnswerRead(1, data: 1);
        await first;
        await second;

        Task<DiagReply<NvItem>> again = it.Read(1);
        Assert.Equal([1, 2, 1], it.Port.Items);
        it.AnswerRead(1, data: 1);
        Assert.Equal([1, 2, 1, 1], it.Port.Items);
        it.AnswerRead(1, data: 2);

        Assert.Equal(2, (await again).Answer.Data.Bytes[0]);
    }
}
