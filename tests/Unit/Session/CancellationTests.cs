using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

public sealed class CancellationTests
{
    [Fact]
    public async Task A_request_cancelled_before_it_is_made_is_not_sent()
    {
        await using var it = new SessionFixture();

        var cancelled = await Assert.ThrowsAsync<RequestCanceledException>(() => it.ReadUntil(550, new CancellationToken(canceled: true)));

        Assert.Equal(Transmission.No, cancelled.Sent);
        Assert.Empty(it.Port.Writes);
    }

    [Fact]
    public async Task A_request_cancelled_in_line_is_never_sent()
    {
        await using var it = new SessionFixture();
        using var cancel = new CancellationTokenSource();
        Task<DiagReply<NvItem>> first = it.Read(1), second = it.ReadUntil(2, cancel.Token), third = it.Read(3);
        await cancel.CancelAsync();

        var cancelled = await Assert.ThrowsAsync<RequestCanceledException>(() => second);
        it.AnswerRead(1);
        it.AnswerRead(3);

        Assert.Equal(Transmission.No, cancelled.Sent);
        Assert.Equal([1, 3], it.Port.Items);
        await first;
        await third;
    }

    [Fact]
    public async Task A_request_cancelled_after_it_was_sent_frees_its_caller_and_keeps_its_place_until_the_reply()
    {
        await using var it = new SessionFixture();
        using var cancel = new CancellationTokenSource();
        Task<DiagReply<NvItem>> first = it.ReadUntil(1, cancel.Token), second = it.Read(2);
        await cancel.CancelAsync();

        var cancelled = await Assert.ThrowsAsync<RequestCanceledException>(() => first);
        Assert.Equal(Transmission.Yes, cancelled.Sent);
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        Assert.Equal([1], it.Port.Items);
        it.AnswerRead(1);
        Assert.Equal([1, 2], it.Port.Items);
        it.AnswerRead(2);

        Assert.True((await second).IsAnswer);
        Assert.Equal(1, it.Session.Counters.LateReplies);
    }

    [Fact]
    public async Task A_cancelled_request_whose_reply_never_comes_loses_its_place_when_it_would_have_timed_out()
    {
        await using var it = new SessionFixture();
        using var cancel = new CancellationTokenSource();
        Task<DiagReply<NvItem>> first = it.ReadUntil(1, cancel.Token), second = it.Read(2);
        it.Time.Advance(TimeSpan.FromSeconds(1));
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RequestCanceledException>(() => first);

        Assert.Equal([1], it.Port.Items);
        it.Time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal([1, 2], it.Port.Items);

        it.AnswerRead(2);
        Assert.True((await second).IsAnswer);
    }

    [Fact]
    public async Task A_request_cancelled_while_it_is_written_may_have_been_sent()
    {
        await using var it = new SessionFixture();
        using var cancel = new CancellationTokenSource();
        it.Port.HoldWrites = true;
        Task<DiagReply<NvItem>> first = it.ReadUntil(1, cancel.Token), second = it.Read(2);
        await cancel.CancelAsync();

        var cancelled = await Assert.ThrowsAsync<RequestCanceledException>(() => first);
        Assert.Equal(Transmission.Unknown, cancelled.Sent);
        it.Port.HoldWrites = false;
        it.Port.ReleaseWrite();
        Assert.Equal([1], it.Port.Items);
        it.AnswerRead(1);
        it.AnswerRead(2);

        Assert.True((await second).IsAnswer);
    }

    [Fact]
    public async Task A_token_cancelled_after_the_reply_disturbs_nobody()
    {
        await using var it = new SessionFixture();
        using var cancel = new CancellationTokenSource();
        Task<DiagReply<NvItem>> first = it.ReadUntil(1, cancel.Token);
        it.AnswerRead(1);
        await first;
        Task<DiagReply<NvItem>> second = it.Read(2);

        await cancel.CancelAsync();

        Assert.False(second.IsCompleted);
        it.AnswerRead(2);
        Assert.True((await second).IsAnswer);
    }
}
