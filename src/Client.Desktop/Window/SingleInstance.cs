using System.IO.Pipes;
using System.Text;
using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>What became of a further start.</summary>
public enum Shown
{
    /// <summary>A window that was open is in front now.</summary>
    Front,

    /// <summary>No window was open there: one was opened.</summary>
    Opened,

    /// <summary>A window is open there, and could not be brought to the front: another one was opened.</summary>
    OpenedInstead,

    /// <summary>No browser could be asked for a window.</summary>
    Failed,
}

/// <summary>
/// The imei-desktop that runs already for the same user, display and agent: it holds a lock, which goes with it however it ends, and
/// listens where this user alone can ask it for a window. A request names a context and holds no secret.
/// </summary>
public sealed class SingleInstance : IDisposable
{
    // A word, a blank, a context's name and a line feed are 46 bytes at most; an answer is a word.
    private const int LongestLine = 64;
    private const PipeOptions OfThisUser = PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly IDisposable _lock;
    private readonly string _pipe;
    private readonly TimeProvider _time;

    private SingleInstance(IDisposable held, string pipe, TimeProvider time)
    {
        _lock = held;
        _pipe = pipe;
        _time = time;
    }

    /// <summary>Becomes the one that runs; null when another one is.</summary>
    /// <param name="folder">Where the running programs of this user find one another.</param>
    /// <param name="id">What sets it apart from others of this user: letters and digits.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="IOException">Nothing can be kept in the folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static SingleInstance? TryBecome(PrivateFolder folder, string id, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(folder);
        folder.Make();
        IDisposable? held = PrivateFolder.TryLock(Path.Combine(folder.Path, $"desktop-{id}.lock"));
        return held is null ? null : new SingleInstance(held, PipeOf(folder, id), time);
    }

    /// <summary>Asks the one that runs for a window; null when it is not there yet or no more, or does not answer for 10 s.</summary>
    /// <param name="folder">As in <see cref="TryBecome"/>.</param>
    /// <param name="id">As in <see cref="TryBecome"/>.</param>
    /// <param name="context">At which context; null for whatever it shows.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Shown?> AskAsync(PrivateFolder folder, string id, string? context, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(folder);
        using CancellationTokenSource patience = new(s_patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await using NamedPipeClientStream pipe = new(".", PipeOf(folder, id), PipeDirection.InOut, OfThisUser);
            await pipe.ConnectAsync(TimeSpan.FromMilliseconds(200), limit.Token);
            await pipe.WriteAsync(Encoding.ASCII.GetBytes($"show {context}\n"), limit.Token);
            return await ReadLineAsync(pipe, limit.Token) is { } answer && Enum.TryParse(answer, out Shown shown) ? shown : null;
        }
        catch (Exception fault) when (fault is IOException or TimeoutException or UnauthorizedAccessException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Answers further starts, one after the other, until cancelled.</summary>
    /// <param name="showAsync">Shows a window at a context, or for null any; null when this program is about to end, so that the other takes its place.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task ListenAsync(Func<string?, CancellationToken, Task<Shown?>> showAsync, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(showAsync);
        while (!cancellation.IsCancellationRequested)
        {
            NamedPipeServerStream? waiting = null;
            try
            {
                // A socket that a killed one left is replaced: the lock says that nobody is behind it.
                waiting = NewPipe();
                while (true)
                {
                    await waiting.WaitForConnectionAsync(cancellation);
                    await using NamedPipeServerStream connected = waiting;
                    waiting = null;
                    waiting = NewPipe(); // Before the other is closed: who knocks meanwhile is not turned away.
                    await AnswerAsync(connected, showAsync, cancellation);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or OperationCanceledException)
            {
                // Another user knocked, or it is the end.
                if (!cancellation.IsCancellationRequested)
                    await Task.Delay(s_pause, _time, CancellationToken.None);
            }
            finally
            {
                if (waiting is not null)
                    await waiting.DisposeAsync();
            }
        }
    }

    /// <summary>Lets go of the lock.</summary>
    public void Dispose() => _lock.Dispose();

    // On Unix a pipe with a rooted name is a socket at that path; both ends look at who the other's user is.
    private static string PipeOf(PrivateFolder folder, string id) =>
        OperatingSystem.IsWindows() ? $"imeiagent-desktop-{id}" : Path.Combine(folder.Path, $"desktop-{id}.sock");

    private NamedPipeServerStream NewPipe()
    {
        NamedPipeServerStream pipe = new(_pipe, PipeDirection.InOut, 2, PipeTransmissionMode.Byte, OfThisUser);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_pipe, UnixFileMode.UserRead | UnixFileMode.UserWrite); // The folder keeps others out; this says so once more.
        return pipe;
    }

    private async Task AnswerAsync(NamedPipeServerStream pipe, Func<string?, CancellationToken, Task<Shown?>> showAsync, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = new(s_patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            if (!ContextOf(await ReadLineAsync(pipe, limit.Token), out string? context) || await showAsync(context, limit.Token) is not { } shown)
                return;
            await pipe.WriteAsync(Encoding.ASCII.GetBytes($"{shown}\n"), limit.Token);
            await ReadLineAsync(pipe, limit.Token); // Until the other has read the answer, and closes.
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // A start that gave up, or said nothing.
        }
    }

    private static bool ContextOf(string? line, out string? context)
    {
        context = line is ['s', 'h', 'o', 'w', ' ', .. { Length: > 0 } named] ? named : null;
        return context is null ? line == "show " : WindowAddress.IsContext(context);
    }

    private static async Task<string?> ReadLineAsync(PipeStream pipe, CancellationToken cancellation)
    {
        byte[] line = new byte[LongestLine];
        for (int length = 0; length < line.Length;)
        {
            int read = await pipe.ReadAsync(line.AsMemory(length), cancellation);
            if (read == 0)
                return null;
            length += read;
            if (line.AsSpan(0, length).IndexOf((byte)'\n') is >= 0 and var end)
                return Encoding.ASCII.GetString(line, 0, end);
        }
        return null;
    }
}
