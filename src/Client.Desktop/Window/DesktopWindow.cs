using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Access;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>The program with its windows: from the start, over further starts, to the end of the last window.</summary>
internal sealed class DesktopWindow : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly Entrance _entrance;
    private readonly StartChoice _choice;
    private readonly TimeProvider _time;
    private AppWindow? _window;
    private DesktopHost? _host;
    private readonly Lock _gate = new();
    private bool _isOver;
    private TaskCompletionSource _reopened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DesktopWindow(Entrance entrance, StartChoice choice, TimeProvider time)
    {
        _entrance = entrance;
        _choice = choice;
        _time = time;
    }

    /// <summary>Shows a window, of this program or of one that runs already.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(StartChoice choice, TimeProvider time, CancellationToken cancellation)
    {
        var folder = PrivateFolder.OfRunningPrograms(Environment.GetEnvironmentVariable);
        Foreground.Lend();
        long began = time.GetTimestamp();
        do
        {
            SingleInstance? instance;
            try
            {
                instance = SingleInstance.TryBecome(folder, choice.InstanceId, time);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"imei-desktop: further starts cannot find this one: {fault.Message}");
                return await ShowAsync(null, choice, time, cancellation);
            }
            if (instance is not null)
            {
                using (instance)
                    return await ShowAsync(instance, choice, time, cancellation);
            }
            if (await SingleInstance.AskAsync(folder, choice.InstanceId, choice.IsNamed ? choice.Context : null, time, cancellation) is { } shown)
                return Tell(shown);
            await Task.Delay(s_pause, time, cancellation); // It is about to listen, or about to end.
        }
        while (time.GetElapsedTime(began) < s_patience);
        await Console.Error.WriteLineAsync("imei-desktop runs already and does not answer. End it, then start it again.");
        return 1;
    }

    public void Dispose()
    {
        _window?.Dispose();
        _entrance.Dispose();
    }

    private static int Tell(Shown shown)
    {
        Console.WriteLine(shown switch
        {
            Shown.Front => "imei-desktop runs already: its window is in front now.",
            Shown.Opened => "imei-desktop runs already: it opened a further window.",
            Shown.OpenedInstead => "imei-desktop runs already. This desktop lets no program bring its window to the front, so it opened another one.",
            _ => "imei-desktop runs already, and found no browser for a further window.",
        });
        return shown == Shown.Failed ? 1 : 0;
    }

    private static async Task<int> ShowAsync(SingleInstance? instance, StartChoice choice, TimeProvider time, CancellationToken cancellation)
    {
        using DesktopWindow program = new(Entrance.Open(), choice, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // The browser takes longer to start than the pages: it is first, and its request waits at the entrance.
        program._window = AppWindow.TryOpen(program.UrlOf(choice.Context));
        await using DesktopHost host = await DesktopHost.StartAsync(choice.Options, cancellation, program._entrance);
        program._host = host;
        Task listening = instance?.ListenAsync(program.ShowAnotherAsync, end.Token) ?? Task.CompletedTask;
        try
        {
            do
                await program.WaitForEndAsync(cancellation);
            while (await program.IsWantedAgainAsync(cancellation));
        }
        finally
        {
            await end.CancelAsync();
            await listening;
            program._window?.Dispose();
            program._window = null;
        }
        return 0;
    }

    // A window that was closed may wait for a restore that it has sent, and whoever starts the program meanwhile gets a window again; whoever presses
    // Ctrl-C is told and does not wait.
    private async Task<bool> IsWantedAgainAsync(CancellationToken cancellation)
    {
        bool isTold = cancellation.IsCancellationRequested || _host!.IsStopping;
        Task seen = _host!.SeeRestoresThroughAsync(Console.Error, isTold ? new CancellationToken(canceled: true) : cancellation);
        await Task.WhenAny(seen, _reopened.Task);
        lock (_gate)
        {
            _isOver = isTold || !_reopened.Task.IsCompleted;
            if (_isOver)
                return false;
            _reopened = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    private async Task WaitForEndAsync(CancellationToken cancellation)
    {
        Task told = _host!.WaitForShutdownAsync(cancellation);
        if (_window is not null)
        {
            Task ended = _window.WaitForCloseAsync(cancellation);
            if (await Task.WhenAny(ended, _host.Pages.Closed, told) != ended || cancellation.IsCancellationRequested)
                return;
            if (_entrance.Keys.IsUsed)
            {
                // Some browsers are started by a program that ends at once: then pages are still connected a while later.
                await Task.WhenAny(_host.Pages.NoneConnected, told, Task.Delay(s_farewell, _time, cancellation));
                if (_host.Pages.Shows(null))
                    await Task.WhenAny(_host.Pages.Closed, told);
                return;
            }
            // It ended without ever asking for the page: it could not open its window, as where there is no display.
            _window.Dispose();
            _window = null;
        }

        Uri url = UrlOf(_choice.Context);
        bool asked = AppWindow.TryOpenInDefaultBrowser(url);
        Console.WriteLine(asked ? "Opening the default browser. If none appears, open this address, which works once:" : "Open this address, which works once:");
        Console.WriteLine(url);
        Console.WriteLine("It ends when its page is closed, or with Ctrl-C.");
        await Task.WhenAny(_host.Pages.Closed, told);
    }

    // What a further start asks for.
    private async Task<Shown?> ShowAnotherAsync(string? context, CancellationToken cancellation)
    {
        bool isThere = _host!.Pages.Shows(context);
        if (isThere && await Foreground.TryBringAsync(_window?.ProcessId, context, _time, cancellation))
            return Shown.Front;
        Uri url = UrlOf(context ?? _choice.Context);
        lock (_gate)
        {
            if (_isOver)
                return null;
            bool wasClosed = _window?.HasEnded ?? _host.Pages.Closed.IsCompleted;
            _host.Pages.Expect();
            if (!(_window is null ? AppWindow.TryOpenInDefaultBrowser(url) : _window.TryOpenAnother(url) || TryOpenAnew(url)))
                return Shown.Failed;
            if (wasClosed)
                _reopened.TrySetResult();
        }
        return isThere ? Shown.OpenedInstead : Shown.Opened;
    }

    private bool TryOpenAnew(Uri url)
    {
        if (AppWindow.TryOpen(url) is not { } window)
            return false;
        _window?.Dispose();
        _window = window;
        return true;
    }

    private Uri UrlOf(string context) => _entrance.UrlOf(WindowAddress.PathOf(context));
}
