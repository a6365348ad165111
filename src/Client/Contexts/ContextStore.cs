namespace ImeiAgent.Client.Contexts;

/// <summary>
/// The contexts of this user on this machine: <c>contexts.json</c>, and each key in a file of its own. Programs that write at the same
/// time wait for one another; a reader sees a whole list at any moment. Safe for use by several threads.
/// </summary>
public sealed class ContextStore
{
    private const long LargestFile = 4 << 20;

    private readonly PrivateFolder _folder;
    private readonly PrivateFolder _keys;

    /// <summary>A store in <paramref name="directory"/>, which is made when something is first kept there.</summary>
    public ContextStore(string directory)
    {
        Directory = directory;
        _folder = new PrivateFolder(directory);
        _keys = new PrivateFolder(Path.Combine(directory, "keys"));
    }

    /// <summary>Where it is.</summary>
    public string Directory { get; }

    private string ListPath => Path.Combine(Directory, "contexts.json");

    /// <summary>The user's store, by the customs of the system; <paramref name="environment"/> gives environment variables.</summary>
    public static ContextStore For(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (OperatingSystem.IsWindows())
            return new ContextStore(Path.Combine(
                environment("APPDATA") is { Length: > 0 } roaming ? roaming : Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "imeiagent"));

        string home = environment("HOME") is { Length: > 0 } set ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string above = OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Application Support")
            : environment("XDG_CONFIG_HOME") is { Length: > 0 } config && Path.IsPathRooted(config) ? config
            : Path.Combine(home, ".config");
        return new ContextStore(Path.Combine(above, "imeiagent"));
    }

    /// <summary>Reads the list; an empty one where there is no file.</summary>
    /// <exception cref="ContextException">The file is damaged, or of a newer version.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ContextList Read() => PrivateFolder.TryRead(ListPath, LargestFile) is { } bytes ? ContextFile.Parse(bytes, ListPath) : new ContextList(null, []);

    /// <summary>Chooses the context that is meant when none is named; <see cref="AgentContext.Local"/> is this machine's agent.</summary>
    public Task UseAsync(string name, CancellationToken cancellation) =>
        ChangeAsync(list => list with { Current = name == AgentContext.Local ? null : list.Find(name).Name }, cancellation);

    /// <summary>Forgets a context and deletes its key. The agent does not learn of it: its owner revokes the client there.</summary>
    public async Task<AgentContext> RemoveAsync(string name, CancellationToken cancellation)
    {
        AgentContext? gone = null;
        await ChangeAsync(
            list =>
            {
                gone = list.Find(name);
                return new ContextList(list.Current == name ? null : list.Current, [.. list.Contexts.Where(context => context.Id != gone.Id)]);
            },
            cancellation).ConfigureAwait(false);
        DeleteKey(gone!.KeyId);
        return gone;
    }

    /// <summary>The context as it is now with its key, PKCS#8 in PEM: another program may have renewed both.</summary>
    /// <exception cref="ContextException">It was removed, or its key is missing, damaged or open to other users.</exception>
    public (AgentContext Context, string KeyPem) Open(AgentContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        for (int attempt = 0; ; attempt++)
        {
            AgentContext now = Read().FindById(context.Id)
                ?? throw new ContextException(ContextException.NotFound, $"The context \"{context.Name}\" was removed.");
            string path = KeyPath(now.KeyId);
            if (PrivateFolder.TryRead(path, 64 << 10) is { } key)
                return PrivateFolder.IsPrivate(path)
                    ? (now, System.Text.Encoding.ASCII.GetString(key))
                    : throw new ContextException(ContextException.Damaged, $"{path} is a private key, and other users can read it. If nobody did: chmod 600 {path}. Else pair again.");
            if (attempt == 1) // Once is a renewal between the two reads.
                throw new ContextException(ContextException.Damaged, $"The key of context \"{now.Name}\" is missing ({path}). Remove the context and pair again.");
        }
    }

    /// <summary>Refuses early what <see cref="AddAsync"/> would refuse, before an invitation is used up.</summary>
    internal void Check(string name)
    {
        if (!AgentContext.IsName(name))
            throw new ContextException(
                ContextException.NameInvalid,
                string.Equals(name, AgentContext.Local, StringComparison.OrdinalIgnoreCase)
                    ? "\"local\" stands for the agent of this machine: choose another name."
                    : "A context's name has 1 to 40 letters, digits, dots, dashes and underscores, and begins with a letter or digit.");
        Check(Read(), name);
    }

    /// <summary>Keeps a new context; its key was kept before.</summary>
    internal Task AddAsync(AgentContext context, CancellationToken cancellation) => ChangeAsync(
        list =>
        {
            Check(list, context.Name);
            return list with { Contexts = [.. list.Contexts, context] };
        },
        cancellation);

    /// <summary>Puts a renewed context in the place of the old; then the old key goes.</summary>
    internal async Task ReplaceAsync(AgentContext old, AgentContext renewed, CancellationToken cancellation)
    {
        await ChangeAsync(
            list => list.FindById(old.Id) is { } now
                ? list.With(now with { Certificate = renewed.Certificate, NotBefore = renewed.NotBefore, NotAfter = renewed.NotAfter, KeyId = renewed.KeyId })
                : throw new ContextException(ContextException.NotFound, $"The context \"{old.Name}\" was removed."),
            cancellation).ConfigureAwait(false);
        DeleteKey(old.KeyId);
    }

    /// <summary>Notes which address answered, so that it is asked first the next time.</summary>
    internal Task RememberAsync(string id, string address, CancellationToken cancellation) => ChangeAsync(
        list => list.FindById(id) is { } context && context.Addresses.Contains(address)
            ? list.With(context with { Addresses = [address, .. context.Addresses.Where(other => other != address)] })
            : list,
        cancellation);

    internal void WriteKey(string keyId, string pem)
    {
        _folder.Make();
        _keys.Make();
        PrivateFolder.Write(KeyPath(keyId), System.Text.Encoding.ASCII.GetBytes(pem));
    }

    internal void DeleteKey(string keyId) => File.Delete(KeyPath(keyId));

    /// <summary>The lock of whoever renews this context's certificate; null when somebody does.</summary>
    internal IDisposable? TryLockRenewal(AgentContext context) => PrivateFolder.TryLock(Path.Combine(_keys.Path, context.Id + ".lock"));

    private static void Check(ContextList list, string name)
    {
        if (list.Contexts.Any(context => context.Name == name))
            throw new ContextException(ContextException.Exists, $"There is a context \"{name}\" already. Choose another name, or: imei context remove {name}");
        if (list.Contexts.Count >= ContextFile.MostContexts)
            throw new ContextException(ContextException.Exists, $"There are {ContextFile.MostContexts} contexts, which is the limit: remove one first.");
    }

    private string KeyPath(string keyId) => Path.Combine(_keys.Path, keyId + ".key");

    // The list is read again under the lock: whatever another program wrote in the meantime stays.
    private async Task ChangeAsync(Func<ContextList, ContextList> change, CancellationToken cancellation)
    {
        _folder.Make();
        using IDisposable held = await PrivateFolder.LockAsync(Path.Combine(Directory, "contexts.lock"), cancellation).ConfigureAwait(false);
        ContextList before = Read();
        ContextList after = change(before);
        if (!ReferenceEquals(before, after))
            PrivateFolder.Write(ListPath, ContextFile.Format(after));
    }
}
