using ImeiAgent.Agent.Access;
using ImeiAgent.Operations;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Agent;

/// <summary>Files on the wire: how many at once, and how long a client is waited for.</summary>
public class TransfersTests
{
    private static readonly Caller s_local = Caller.Local("ana"), s_bench = new("bench-3", "clients/3f2a9c1b", "192.0.2.7", ""), s_other = s_bench with { Id = "clients/00000002" };

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void There_are_so_many_at_once_and_whoever_ends_makes_room()
    {
        var transfers = new Transfers(new Limits(), _time);
        Transfer[] open = [.. Enumerable.Range(0, 4).Select(_ => transfers.Begin(s_local, Ct))];

        OperationException refused = Assert.Throws<OperationException>(() => transfers.Begin(s_local, Ct));
        Assert.Equal((OperationError.LimitExceeded, TimeSpan.FromSeconds(30)), (refused.Error, refused.RetryAfter));
        Assert.Throws<OperationException>(() => transfers.Begin(s_local, Ct));
        open[0].Dispose();
        transfers.Begin(s_local, Ct).Dispose();
        transfers.Begin(s_local, Ct).Dispose();
    }

    [Fact]
    public void A_client_leaves_room_for_the_others()
    {
        var transfers = new Transfers(new Limits(), _time);
        Transfer[] open = [transfers.Begin(s_bench, Ct), transfers.Begin(s_bench, Ct)];

        Assert.Equal(OperationError.LimitExceeded, Assert.Throws<OperationException>(() => transfers.Begin(s_bench, Ct)).Error);
        transfers.Begin(s_other, Ct).Dispose();
        open[1].Dispose();
        transfers.Begin(s_bench, Ct).Dispose();
    }

    [Fact]
    public async Task A_piece_that_does_not_come_is_waited_for_half_a_minute()
    {
        using Transfer transfer = new Transfers(new Limits(), _time).Begin(s_local, Ct);
        Task<bool> piece = transfer.PieceAsync(NeverAsync);

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(piece.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(OperationError.LimitExceeded, (await Assert.ThrowsAsync<OperationException>(() => piece)).Error);
    }

    [Fact]
    public async Task Who_sends_piece_after_piece_just_in_time_has_ten_minutes()
    {
        using Transfer transfer = new Transfers(new Limits(), _time).Begin(s_local, Ct);
        for (int i = 0; i < 24; i++)
        {
            var sent = new TaskCompletionSource<bool>();
            Task<bool> piece = transfer.PieceAsync(ct => sent.Task.WaitAsync(ct));
            _time.Advance(TimeSpan.FromSeconds(24));
            sent.SetResult(true);
            Assert.True(await piece);
        }

        Task<bool> last = transfer.PieceAsync(NeverAsync);
        _time.Advance(TimeSpan.FromSeconds(23));
        Assert.False(last.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(OperationError.LimitExceeded, (await Assert.ThrowsAsync<OperationException>(() => last)).Error);
    }

    [Fact]
    public async Task A_client_that_leaves_is_not_called_slow()
    {
        using var call = new CancellationTokenSource();
        using Transfer transfer = new Transfers(new Limits(), _time).Begin(s_bench, call.Token);
        Task<bool> piece = transfer.PieceAsync(NeverAsync);

        await call.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => piece);
    }

    private static Task<bool> NeverAsync(CancellationToken ct) => new TaskCompletionSource<bool>().Task.WaitAsync(ct);
}
