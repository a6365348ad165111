using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>A phone that never stops talking.</summary>
public class FloodTests
{
    [Fact]
    public async Task A_session_is_made_and_ended_while_the_port_gives_bytes_without_end()
    {
        using var port = new Flood();
        try
        {
            Task<DiagSession> making = Task.Run(() => new DiagSession(port, new SessionOptions(), TimeProvider.System));
            DiagSession session = await making.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
            await session.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        }
        finally
        {
            port.Stop();
        }
    }

    /// <summary>Every read is answered at once, in full, without looking at the token.</summary>
    private sealed class Flood : MemoryStream
    {
        private volatile bool _stopped;

        public void Stop() => _stopped = true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            buffer.Span.Fill(0x41);
            return ValueTask.FromResult(_stopped ? 0 : buffer.Length);
        }
    }
}
