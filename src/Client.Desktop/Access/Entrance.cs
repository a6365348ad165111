using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ImeiAgent.Client.Desktop.Access;

/// <summary>
/// Where windows come in: a port of this machine that listens already while the pages behind it are still being made ready (the browser
/// is started meanwhile, and waits), and the keys to it.
/// </summary>
public sealed class Entrance : IDisposable
{
    private readonly Socket _listener;

    private Entrance(Socket listener)
    {
        _listener = listener;
        Address = new Uri($"http://{listener.LocalEndPoint}/");
    }

    /// <summary>Where the pages are, as in <c>http://127.83.12.201:40123/</c>.</summary>
    public Uri Address { get; }

    /// <summary>Who may come in.</summary>
    public AccessKeys Keys { get; } = new();

    /// <summary>
    /// Listens on loopback, on a port that the system picks. Cookies belong to an address and not to a port: an address of its own in
    /// 127.0.0.0/8 keeps the window's cookie away from whatever else this machine serves to browsers, and makes those pages strangers
    /// (cross-site) to these. macOS has 127.0.0.1 only, and Windows shows the pages of its Linux subsystem under that one only.
    /// </summary>
    /// <exception cref="SocketException">Nothing can listen on loopback.</exception>
    public static Entrance Open()
    {
        bool isGuest = Environment.GetEnvironmentVariable("WSL_DISTRO_NAME") is { Length: > 0 };
        if (OperatingSystem.IsMacOS() || isGuest)
            return new Entrance(Listen(IPAddress.Loopback));
        try
        {
            return new Entrance(Listen(OwnAddress()));
        }
        catch (SocketException)
        {
            return new Entrance(Listen(IPAddress.Loopback)); // A network of a container that has one address of loopback.
        }
    }

    /// <summary>The address of a page with a new key, which lets one browser in, once.</summary>
    /// <param name="path">Begins with a slash: <c>/</c>, or <c>/at/CONTEXT/</c>.</param>
    public Uri UrlOf(string path) => new(Address, $"{path}?key={Keys.NewKey()}");

    /// <summary>Has the server take the connections, those of this user only.</summary>
    public void Serve(IWebHostBuilder host)
    {
        host.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => _listener);
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen((IPEndPoint)_listener.LocalEndPoint!, listen => listen.Use(OwnConnections.Only));
        });
    }

    /// <summary>Whoever waits to come in is sent away.</summary>
    public void Dispose() => _listener.Dispose();

    // Low second bytes are where others have settled: 127.0.0.53 is a resolver, 127.0.1.1 this machine's name on Debian.
    private static IPAddress OwnAddress() =>
        new([127, (byte)RandomNumberGenerator.GetInt32(64, 128), (byte)RandomNumberGenerator.GetInt32(256), (byte)RandomNumberGenerator.GetInt32(1, 255)]);

    private static Socket Listen(IPAddress address)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (OperatingSystem.IsWindows())
                listener.ExclusiveAddressUse = true; // Else another program may listen on the same port, and get what is meant for this one.
            listener.Bind(new IPEndPoint(address, 0));
            listener.Listen();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
