namespace ImeiAgent.Client.Cli.Reading;

/// <summary>
/// A file that is there whole or not at all: written beside its place, flushed to the disk, then renamed. An existing file is
/// replaced only when that was asked for.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly bool _force;
    private readonly FileStream _stream;

    private OutputFile(string path, string temporary, bool force, FileStream stream)
    {
        _path = path;
        _temporary = temporary;
        _force = force;
        _stream = stream;
    }

    /// <summary>Refuses early what would be refused at the end, before a phone is read for minutes.</summary>
    /// <exception cref="CliException">The path is taken or of another format, or its folder does not exist.</exception>
    public static void Check(string path, bool force)
    {
        if (Path.GetExtension(path).ToUpperInvariant() is ".QCN" or ".XQCN")
            throw Fault("FORMAT_NOT_WRITTEN", $"{path}: QCN is not written, only NV text. Give a name that ends in .txt.");
        if (Directory.Exists(path))
            throw Fault("FILE_IS_FOLDER", $"{path} is a folder.");
        if (File.Exists(path) && !force)
            throw Taken(path);
        if (!Directory.Exists(FolderOf(path)))
            throw Fault("FOLDER_NOT_FOUND", $"The folder of {path} does not exist.");
    }

    public static OutputFile Create(string path, bool force)
    {
        Check(path, force);
        string temporary = Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}.part");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // It holds keys and an identity.
        return new OutputFile(path, temporary, force, new FileStream(temporary, options));
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation);

    /// <summary>Puts the file in its place.</summary>
    public async Task CommitAsync()
    {
        _stream.Flush(flushToDisk: true);
        await _stream.DisposeAsync().ConfigureAwait(false);
        try
        {
            File.Move(_temporary, _path, _force);
        }
        catch (IOException) when (!_force && File.Exists(_path))
        {
            throw Taken(_path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        File.Delete(_temporary); // After a commit there is none, which is no error.
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;

    private static CliException Taken(string path) => Fault("FILE_EXISTS", $"{path} exists; --force replaces it.");

    private static CliException Fault(string reason, string message) => new(ExitCode.File, reason, message);
}
