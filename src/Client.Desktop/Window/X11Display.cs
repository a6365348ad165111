using System.Runtime.InteropServices;

namespace ImeiAgent.Client.Desktop.Window;

// A connection to the X server, as much of it as is needed here.
internal sealed class X11Display : IDisposable
{
    private const int ClientMessage = 33, Success = 0;
    private const nint SubstructureNotifyAndRedirect = (1 << 19) | (1 << 20);
    private const nint MostWords = 4096; // Of 32 bits: a title or a list that is longer is cut.

    // Xlib's own ends the process; a window may be gone by the time it is asked about.
    private static readonly ErrorHandler s_ignore = static (_, _) => 0;

    private readonly nint _display;

    private X11Display(nint display)
    {
        _display = display;
        Root = XDefaultRootWindow(display);
    }

    private delegate int ErrorHandler(nint display, nint fault);

    public nuint Root { get; }

    /// <summary>The display that DISPLAY names; null when there is none.</summary>
    public static X11Display? TryOpen()
    {
        _ = XSetErrorHandler(s_ignore);
        nint display = XOpenDisplay(null);
        return display == 0 ? null : new X11Display(display);
    }

    public nuint[] Words(nuint window, string property) => Read(window, property, 32, static (data, count) =>
    {
        nuint[] words = new nuint[count]; // Xlib hands 32 bits out as a C long.
        for (int i = 0; i < count; i++)
            words[i] = (nuint)Marshal.ReadIntPtr(data, i * nint.Size);
        return words;
    });

    public byte[] Bytes(nuint window, string property) => Read(window, property, 8, static (data, count) =>
    {
        byte[] bytes = new byte[count];
        Marshal.Copy(data, bytes, 0, count);
        return bytes;
    });

    /// <summary>Asks the window manager for something about a window.</summary>
    public void SendToRoot(nuint window, string message, nint first)
    {
        ClientEvent what = new() { Type = ClientMessage, Window = window, Message = XInternAtom(_display, message, onlyIfExists: false), Format = 32, Data0 = first };
        _ = XSendEvent(_display, Root, propagate: false, SubstructureNotifyAndRedirect, ref what);
        _ = XSync(_display, discard: false);
    }

    public void Dispose() => _ = XCloseDisplay(_display);

    private T[] Read<T>(nuint window, string property, int format, Func<nint, int, T[]> copy)
    {
        int status = XGetWindowProperty(_display, window, XInternAtom(_display, property, onlyIfExists: false), 0, MostWords, delete: false, type: 0,
            out _, out int found, out nuint count, out _, out nint data);
        if (status != Success || data == 0)
            return [];
        T[] read = found == format ? copy(data, (int)count) : [];
        _ = XFree(data);
        return read;
    }

    // XClientMessageEvent, in the room of an XEvent.
    [StructLayout(LayoutKind.Sequential)]
    private struct ClientEvent
    {
        public int Type;
        public nuint Serial;
        public int SendEvent;
        public nint Display;
        public nuint Window;
        public nuint Message;
        public int Format;
        public nint Data0, Data1, Data2, Data3, Data4;
        public nint Rest0, Rest1, Rest2, Rest3, Rest4, Rest5, Rest6, Rest7, Rest8, Rest9, Rest10, Rest11;
    }

    private const string X11 = "libX11.so.6";

    [DllImport(X11, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint XOpenDisplay([MarshalAs(UnmanagedType.LPStr)] string? name);

    [DllImport(X11)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int XCloseDisplay(nint display);

    [DllImport(X11)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint XSetErrorHandler(ErrorHandler handler);

    [DllImport(X11)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint XDefaultRootWindow(nint display);

    [DllImport(X11, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint XInternAtom(nint display, [MarshalAs(UnmanagedType.LPStr)] string name, [MarshalAs(UnmanagedType.Bool)] bool onlyIfExists);

    [DllImport(X11)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int XGetWindowProperty(nint display, nuint window, nuint property, nint offset, nint length, [MarshalAs(UnmanagedType.Bool)] bool delete, nuint type,
        out nuint foundType, out int format, out nuint count, out nuint left, out nint data);

    [DllImport(X11)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int XFree(nint data);

    [DllImport(X11)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int XSendEvent(nint display, nuint window, [MarshalAs(UnmanagedType.Bool)] bool propagate, nint mask, ref ClientEvent what);

    [DllImport(X11)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int XSync(nint display, [MarshalAs(UnmanagedType.Bool)] bool discard);
}
