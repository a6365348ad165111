namespace ImeiAgent.Client.Contexts;

/// <summary>
/// A folder that only its user may look into, whose files are there whole or not at all. On Windows it lies in the user's profile, whose access
/// list keeps other users out.
/// </summary>
/// <param name="path">Where it is, or will be.</param>
// DPAPI would add a layer on Windows, but its package is not among those that are clean for ahead-of-time compilation, and whoever runs as the
// user may ask DPAPI too.
public sealed class PrivateFolder(string path)
{
    private const UnixFileMode OfFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    // A writer holds the lock for milliseconds; one that takes longer hangs.
    private const int LockAttempts = 250;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Where it is.</summary>
    public string Path { get; } = path;

    /// <summary>Where this user's running programs find one another; gone after the next start of the machine, or not.</summary>
    /// <param name="environment">Environment variables by name.</param>
    public static PrivateFolder OfRunningPrograms(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string home = environment("HOME") is { Length: > 0 } set
            ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        // XDG Base Directory Specification: the runtime directory may be missing (no login session), the state directory has a default.
        string above = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? System.IO.Path.Combine(home, "Library", "Application Support")
            : environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && System.IO.Path.IsPathRooted(runtime) ? runtime
            : environment("XDG_STATE_HOME") is { Length: > 0 } state && System.IO.Path.IsPathRooted(state) ? state
            : System.IO.Path.Combine(home, ".local", "state");
        return new PrivateFolder(System.IO.Path.Combine(above, "imeiagent"));
    }

    /// <summary>Makes it where it is not there, and closes it to other users where it is open.</summary>
    public void Make()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path);
        else if (!Directory.Exists(Path))
            Directory.CreateDirectory(Path, OfFolder);
        else if ((File.GetUnixFileMode(Path) & Others) != 0)
            File.SetUnixFileMode(Path, OfFolder);
    }

    /// <summary>Writes beside the place, flushes to the disk, renames.</summary>
    public static void Write(string file, byte[] bytes)
    {
        string temporary = $"{file}.{System.IO.Path.GetRandomFileName()}.part";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OfFile;
        try
        {
            using (FileStream stream = new(temporary, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary); // After the rename there is none, which is no error.
        }
    }

    /// <summary>The bytes of a file; null when it is not there.</summary>
    public static byte[]? TryRead(string file, long largest)
    {
        try
        {
            // Delete is shared, so that Windows lets a writer rename over it.
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > largest)
                throw new ContextException(ContextException.Damaged, $"{file} is larger than {largest} bytes: it is damaged. Nothing was changed.");
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether other users can do nothing with that file.</summary>
    public static bool IsPrivate(string file) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Others) == 0;

    /// <summary>Waits for the lock, up to 5 s.</summary>
    public static async Task<IDisposable> LockAsync(string file, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < LockAttempts; attempt++)
        {
            if (TryLock(file) is { } held)
                return held;
            await Task.Delay(LockPause, cancellation).ConfigureAwait(false);
        }
        throw new ContextException(ContextException.Locked, $"Another program holds {file}. Try again.");
    }

    /// <summary>The lock; null when another program or thread holds it.</summary>
    public static IDisposable? TryLock(string file)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OfFile;
        try
        {
            return new FileStream(file, options);
        }
        catch (IOException fault) when (fault is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
