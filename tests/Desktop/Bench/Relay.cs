using System.Net;
using System.Net.Sockets;

namespace ImeiAgent.Desktop.Bench;

/// <summary>A network between a station and an agent: bytes pass as they are, until a test holds them up or cuts the connections.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _agent;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;
    private TaskCompletionSource _flow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isCut;

    /// <summary>Begins to pass bytes.</summary>
    /// <param name="agent">Where the agent listens, as in 127.0.0.1:7443.</param>
    public Relay(string agent)
    {
        _agent = IPEndPoint.Parse(agent);
        _flow.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What the station has to call instead of the agent.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Nothing passes any more; what is sent is held up and nobody is told.</summary>
    public void Stall() => _flow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Connections are cut, and new ones too as soon as they are opened.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            foreach (Socket socket in _open)
                Reset(socket);
            _open.Clear();
        }
    }

    /// <summary>Everything passes again, what was held up first.</summary>
    public void Pass()
    {
        lock (_gate)
            _isCut = false;
        _flow.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        _flow.TrySetResult();
        await _end.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
            _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token));
    }

    private async Task ServeAsync(Socket near)
    {
        Socket far = new(_agent.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!Opened(near, far))
                return;
            (near.NoDelay, far.NoDelay) = (true, true);
            await far.ConnectAsync(_agent);
            await await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // One side is gone, so the other goes too.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(near);
                _open.Remove(far);
            }
            near.Dispose();
            far.Dispose();
        }
    }

    private bool Opened(Socket near, Socket far)
    {
        lock (_gate)
        {
            if (_isCut)
            {
                Reset(near);
                return false;
            }
            _open.Add(near);
            _open.Add(far);
            return true;
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 << 10];
        while (await from.ReceiveAsync(buffer) is > 0 and int count)
        {
            await _flow.Task;
            for (int sent = 0; sent < count;)
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
    }

    // At once, and whatever is on its way is lost.
    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
