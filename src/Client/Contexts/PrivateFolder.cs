namespace ImeiAgent.Client.Contexts;

// A folder that only its user may look into, whose files are there whole or not at all.
// Windows: both lie in the user's profile, whose access list keeps other users out. DPAPI would add a layer, but its package is not among those
// that are clean for ahead-of-time compilation, and whoever runs as the user may ask DPAPI too.
internal sealed class PrivateFolder(string path)
{
    private const UnixFileMode OfFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    // A writer holds the lock for milliseconds; one that takes longer hangs.
    private const int LockAttempts = 250;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(20);

    public string Path { get; } = path;

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
