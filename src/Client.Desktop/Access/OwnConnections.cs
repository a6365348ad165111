using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace ImeiAgent.Client.Desktop.Access;

/// <summary>
/// Lets in connections of this user only. Loopback is open to every user of the machine, and on Linux every user can read the one-time
/// key in the browser's arguments, sooner than the browser can use it. Windows keeps arguments from other users; macOS may not, and has no such table.
/// </summary>
public static class OwnConnections
{
    private const string Established = "01";

    /// <summary>The middleware of a listener: connections of others end at once.</summary>
    public static ConnectionDelegate Only(ConnectionDelegate next) => async connection =>
    {
        if (!OperatingSystem.IsLinux() || IsOwn(connection))
            await next(connection);
        else
            connection.Abort(new ConnectionAbortedException("It is another user's."));
    };

    /// <summary>The user at the far end of a connection within this machine; null when the table does not have it.</summary>
    /// <param name="table">Lines of /proc/net/tcp or tcp6 (Linux, Documentation/networking/proc_net_tcp.rst).</param>
    /// <param name="far">The far end, which is the local address of that user's socket.</param>
    /// <param name="near">This end.</param>
    public static uint? OwnerOf(IEnumerable<string> table, IPEndPoint far, IPEndPoint near)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(far);
        ArgumentNullException.ThrowIfNull(near);
        string from = Entry(far), to = Entry(near);
        foreach (string line in table)
        {
            // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid ...
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 7 && IsAddress(fields[1], from) && IsAddress(fields[2], to) && fields[3] == Established
                && uint.TryParse(fields[7], NumberStyles.None, CultureInfo.InvariantCulture, out uint owner))
            {
                return owner;
            }
        }
        return null;
    }

    private static bool IsOwn(ConnectionContext connection)
    {
        if (connection is not { RemoteEndPoint: IPEndPoint far, LocalEndPoint: IPEndPoint near })
            return false;
        uint? owner = OwnerOf(File.ReadLines("/proc/net/tcp"), far, near) ?? OwnerOf(File.ReadLines("/proc/net/tcp6"), far, near);
        // Root relays for others, as where Windows shows the pages of its Linux subsystem; it needs no key of ours.
        return owner is { } user && (user == OwnUser() || user == 0);
    }

    // In tcp6 an IPv4 address stands as ::ffff:a.b.c.d, whose last word is as in tcp.
    private static bool IsAddress(string field, string entry) => field == entry || field == "0000000000000000FFFF0000" + entry;

    // The address is a word in the machine's own byte order, the port a number.
    private static string Entry(IPEndPoint end) => string.Create(CultureInfo.InvariantCulture,
        $"{MemoryMarshal.Read<uint>(end.Address.MapToIPv4().GetAddressBytes()):X8}:{end.Port:X4}");

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint OwnUser();
}
