namespace ImeiAgent.PhoneSimulator;

/// <summary>A phone on a pseudo-terminal, which clients open as they open a serial port. Linux and macOS.</summary>
public sealed class PtyHost : PhoneHost
{
    private readonly string? _link;
    private Pty? _pty;
    private Thread? _thread;

    /// <summary>Plugs <paramref name="phone"/> in.</summary>
    /// <param name="link">A path to keep as a symbolic link to the port, as udev does; replaced only if it is a link. Null: none.</param>
    /// <exception cref="PlatformNotSupportedException">Windows has no pseudo-terminals of this kind: use <see cref="TcpHost"/>.</exception>
    /// <exception cref="IOException"><paramref name="link"/> is something other than a link, or cannot be made.</exception>
    public PtyHost(SimulatedPhone phone, string? link = null, TimeProvider? time = null) : base(phone, time)
    {
        _link = link;
        Replug();
    }

    /// <summary>The present link, or the last one while there is no port; null when there is none. Quirk <c>new-name</c> changes it.</summary>
    public string? Link { get; private set; }

    /// <summary>The terminal device, as in "/dev/pts/7"; another one after each replug.</summary>
    public string Device { get; private set; } = "";

    /// <summary>What clients open: the link, or else the device.</summary>
    public string Path => Link ?? Device;

    private protected override void PlugIn()
    {
        string? link = NameNumber == 1 || _link is null ? _link : $"{_link}.{NameNumber}";
        if (link is not null && new FileInfo(link) is { LinkTarget: null } && (File.Exists(link) || Directory.Exists(link)))
            throw new IOException($"'{link}' exists and is not a link: it is not replaced");
        Pty pty = Pty.Open();
        try
        {
            Device = pty.Device;
            if (link is not null)
            {
                // Renamed into place, so that a client never finds it missing between two ports.
                string fresh = link + ".new";
                File.Delete(fresh);
                File.CreateSymbolicLink(fresh, pty.Device);
                File.Move(fresh, link, overwrite: true);
            }
        }
        catch
        {
            pty.Dispose();
            throw;
        }
        Link = link;
        _pty = pty;
        _thread = StartThread("simulated phone, pty", () => Serve(pty));
    }

    private protected override void PullOut()
    {
        if (Link is not null && new FileInfo(Link).LinkTarget == Device)
            File.Delete(Link);
        _pty?.Cancel();
        _thread?.Join();
        _pty?.Dispose();
    }
}
