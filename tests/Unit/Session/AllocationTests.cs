using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>What a read costs the collector, from the request to the answer, once the session is warm: nothing.</summary>
public sealed class AllocationTests
{
    private const int Items = 50_000;

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(16, false, true)]
    [InlineData(64, true, true)]
    [InlineData(64, true, false)]
    public async Task Fifty_thousand_reads_allocate_less_than_a_byte_each(int window, bool cancellable, bool recorded)
    {
        FlightRecorder? recorder = recorded ? new FlightRecorder("p", TimeProvider.System) : null;
        using var cancel = new CancellationTokenSource();
        CancellationToken ct = cancellable ? cancel.Token : CancellationToken.None;
        await using var session = new DiagSession(new Echo(), new SessionOptions { InitialWindow = window, LargestWindow = window }, TimeProvider.System, recorder);
        var ahead = new ValueTask<TimedReply<NvItem>>[2 * window];
        Read(session, ahead, 5000, ct);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(session, ahead, Items, ct);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, Items - 1);
        Assert.Equal(Items + 5000, session.Counters.FramesReceived);
        if (recorder is not null)
            Assert.Equal(1 + 2 * (Items + 5000) - 1024, recorder.Snapshot().Dropped);
    }

    /// <summary>The phone answers within the write, so that all of it happens on this thread.</summary>
    [SuppressMessage("Reliability", "CA2012", Justification = "Each reply is taken exactly once, and is there by then.")]
    private static void Read(DiagSession session, ValueTask<TimedReply<NvItem>>[] ahead, int items, CancellationToken ct)
    {
        for (int taken = 0, sent = 0; taken < items; taken++)
        {
            for (; sent < items && sent - taken < ahead.Length; sent++)
                ahead[sent % ahead.Length] = session.SendAsync<NvReadRequest, NvItem>(new NvReadRequest(new NvItemId((ushort)sent)), ct);
            ValueTask<TimedReply<NvItem>> reply = ahead[taken % ahead.Length];
            // No Assert here: it would allocate.
            if (!reply.IsCompleted || reply.GetAwaiter().GetResult().Reply.Answer.Id.Number != (ushort)taken)
                Assert.Fail($"item {taken} was not answered");
        }
    }

    /// <summary>A phone whose items are all zeros: the reply is the request. A write completes the read that waits, on its thread.</summary>
    private sealed class Echo : MemoryStream, IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _read;
        private Memory<byte> _buffer;
        private bool _ended;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            if (_ended)
                return ValueTask.FromResult(0);
            _buffer = buffer;
            _read.Reset();
            return new ValueTask<int>(this, _read.Version);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken ct = default)
        {
            frame.CopyTo(_buffer);
            _read.SetResult(frame.Length);
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            if (!_ended)
            {
                _ended = true;
                _read.SetResult(0);
            }
            base.Dispose(disposing);
        }

        int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

        ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

        void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _read.OnCompleted(continuation, state, token, flags);
    }
}
