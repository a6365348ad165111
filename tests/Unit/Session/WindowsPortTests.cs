using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>The reads of the Windows port, over a stream that, like a Windows driver's, does not heed a cancellation under way.</summary>
public sealed class WindowsPortTests
{
    [Fact]
    public async Task Bytes_that_come_after_a_read_was_cancelled_go_to_the_next_read()
    {
        var line = new FakePort();
        await using var port = new WindowsPort(line, line);
        using var cancel = new CancellationTokenSource();
        ValueTask<int> cancelled = port.ReadAsync(new byte[8], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.AsTask());

        line.Deliver(1, 2, 3);

        var buffer = new byte[2];
        Assert.Equal(2, await port.ReadAsync(buffer, TestContext.Current.CancellationToken));
        Assert.Equal([1, 2], buffer);
        Assert.Equal(1, await port.ReadAsync(buffer, TestContext.Current.CancellationToken));
        Assert.Equal(3, buffer[0]);
    }

    [Fact]
    public async Task The_end_of_the_line_is_the_end_of_the_port()
    {
        var line = new FakePort();
        await using var port = new WindowsPort(line, line);
        line.End();

        Assert.Equal(0, await port.ReadAsync(new byte[8], TestContext.Current.CancellationToken));
    }
}
