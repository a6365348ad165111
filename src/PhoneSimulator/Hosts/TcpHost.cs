using System.Net;
using System.Net.Sockets;

namespace ImeiAgent.PhoneSimulator;

/// <summary>A phone on a TCP port of this machine's loopback, one client at a time; the next waits until the first has left.</summary>
public sealed class TcpHost : PhoneHost
{
    private TcpListener? _listener;
    private volatile NetworkStream? _client;
    private volatile bool _leaving;
    private Thread? _thread;

    /// <summary>Plugs <paramref name="phone"/> in.</summary>
    /// <param name="port">1 to 65535, or 0 to be given a free one, which it keeps over a replug.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public TcpHost(SimulatedPhone phone, int port = 0, TimeProvider? time = null) : base(phone, time)
    {
        Port = port;
        Replug();
    }

    /// <summary>The TCP port.</summary>
    public int Port { get; private set; }

    private protected override void PlugIn()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _listener = listener;
        _leaving = false;
        _thread = StartThread("simulated phone, TCP", () => Accept(listener));
    }

    private protected override void PullOut()
    {
        _leaving = true;
        _listener?.Dispose();
        _client?.Dispose();
        _thread?.Join();
    }

    private void Accept(TcpListener listener)
    {
        try
        {
            while (!_leaving)
            {
                Socket socket = listener.AcceptSocket();
                socket.NoDelay = true;
                using var client = new NetworkStream(socket, ownsSocket: true);
                _client = client;
                if (!_leaving)
                    Serve(client);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The cable was pulled.
        }
    }
}
