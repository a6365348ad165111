using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Client.Contexts;

public sealed class ContextStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Root => _folder.File("config");

    private string ListFile => _folder.File("config/contexts.json");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_kept_is_read_again_whole()
    {
        AgentContext shop = await KeepAsync("shop");
        await KeepAsync("home");
        await new ContextStore(Root).UseAsync("home", Ct);

        ContextList list = new ContextStore(Root).Read();

        Assert.Equal("home", list.Current);
        Assert.Equal(["shop", "home"], list.Contexts.Select(context => context.Name));
        AgentContext read = list.Find("shop");
        Assert.Equal((shop.Id, shop.KeyId, shop.NotAfter, shop.Role, shop.Client), (read.Id, read.KeyId, read.NotAfter, read.Role, read.Client));
        Assert.Equal(shop.Addresses, read.Addresses);
        Assert.Equal(shop.Certificate.ToArray(), read.Certificate.ToArray());
        Assert.Equal("key of shop", new ContextStore(Root).Open(shop).KeyPem);
    }

    [Fact]
    public async Task Without_a_file_there_are_no_contexts_and_nothing_is_made()
    {
        Assert.Empty(new ContextStore(Root).Read().Contexts);
        Assert.False(Directory.Exists(Root));
        ContextException fault = await Assert.ThrowsAsync<ContextException>(() => new ContextStore(Root).UseAsync("shop", Ct));
        Assert.Equal("There is no context \"shop\". There is: local.", fault.Message);
    }

    [Fact]
    public async Task Other_users_see_nothing_of_it()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "Windows has access lists, not modes");
        AgentContext shop = await KeepAsync("shop");

        Assert.Equal("700", ModeOf(Root));
        Assert.Equal("700", ModeOf(Path.Combine(Root, "keys")));
        Assert.Equal("600", ModeOf(ListFile));
        Assert.Equal("600", ModeOf(KeyFile(shop)));
    }

    [Fact]
    public async Task A_folder_that_was_open_is_closed_before_a_key_is_put_in()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "Windows has access lists, not modes");
        Directory.CreateDirectory(Path.Combine(Root, "keys"));
        Assert.NotEqual("700", ModeOf(Root));

        await KeepAsync("shop");

        Assert.Equal(("700", "700"), (ModeOf(Root), ModeOf(Path.Combine(Root, "keys"))));
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_refused_with_what_to_do()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "Windows has access lists, not modes");
        AgentContext shop = await KeepAsync("shop");
        Open(KeyFile(shop));

        ContextException fault = Assert.Throws<ContextException>(() => new ContextStore(Root).Open(shop));

        Assert.Equal(ContextException.Damaged, fault.Reason);
        Assert.Contains($"chmod 600 {KeyFile(shop)}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_key_is_told_with_its_context()
    {
        AgentContext shop = await KeepAsync("shop");
        File.Delete(KeyFile(shop));

        ContextException fault = Assert.Throws<ContextException>(() => new ContextStore(Root).Open(shop));

        Assert.Contains("The key of context \"shop\" is missing", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "CONTEXTS_DAMAGED")]
    [InlineData("{", "CONTEXTS_DAMAGED")]
    [InlineData("[]", "CONTEXTS_DAMAGED")]
    [InlineData("{}", "CONTEXTS_DAMAGED")]
    [InlineData("null", "CONTEXTS_DAMAGED")]
    [InlineData("""{"version":0,"contexts":[]}""", "CONTEXTS_DAMAGED")]
    [InlineData("""{"version":1,"contexts":null}""", "CONTEXTS_DAMAGED")]
    [InlineData("""{"version":1,"contexts":[null]}""", "CONTEXTS_DAMAGED")]
    [InlineData("""{"version":1,"contexts":[{"name":"shop"}]}""", "CONTEXTS_DAMAGED")]
    [InlineData("""{"version":1,"current":"gone","contexts":[]}""", "CONTEXTS_DAMAGED")]
    [InlineData("""{"version":2,"contexts":{"new":"shape"}}""", "CONTEXTS_NEWER")]
    public async Task A_file_that_is_not_understood_is_told_and_never_overwritten(string text, string reason)
    {
        Directory.CreateDirectory(Root);
        await File.WriteAllTextAsync(ListFile, text, Ct);
        ContextStore store = new(Root);

        Assert.Equal(reason, Assert.Throws<ContextException>(() => store.Read()).Reason);
        Assert.Equal(reason, (await Assert.ThrowsAsync<ContextException>(() => KeepAsync("shop"))).Reason);
        Assert.Equal(reason, (await Assert.ThrowsAsync<ContextException>(() => store.UseAsync("local", Ct))).Reason);
        Assert.Equal(reason, (await Assert.ThrowsAsync<ContextException>(() => store.RemoveAsync("shop", Ct))).Reason);
        Assert.Equal(text, await File.ReadAllTextAsync(ListFile, Ct));
    }

    [Theory]
    [InlineData("\"key\": \"", "\"key\": \"../../x/")]
    [InlineData("\"id\": \"", "\"id\": \"/etc/")]
    [InlineData("\"name\": \"", "\"name\": \"../")]
    [InlineData("192.0.2.7:7443", "192.0.2.7")]
    public async Task No_entry_can_lead_out_of_the_folder_or_nowhere(string part, string instead)
    {
        await KeepAsync("shop");
        string text = await File.ReadAllTextAsync(ListFile, Ct);
        Assert.Contains(part, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(ListFile, text.Replace(part, instead, StringComparison.Ordinal), Ct);

        Assert.Equal(ContextException.Damaged, Assert.Throws<ContextException>(() => new ContextStore(Root).Read()).Reason);
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing_and_a_reader_sees_whole_lists()
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Task<int> reader = Task.Run(
            () =>
            {
                int most = 0;
                while (!over.IsCancellationRequested)
                    most = Math.Max(most, new ContextStore(Root).Read().Contexts.Count);
                return most;
            },
            Ct);

        string[] names = [.. Enumerable.Range(0, 24).Select(number => $"shop-{number:00}")];
        await Task.WhenAll(names.Select(name => Task.Run(() => KeepAsync(name), Ct)));
        await over.CancelAsync();

        Assert.InRange(await reader, 0, 24);
        Assert.Equal(names, new ContextStore(Root).Read().Contexts.Select(context => context.Name).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFiles(Root, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Removing_deletes_the_key_and_the_choice()
    {
        AgentContext shop = await KeepAsync("shop");
        ContextStore store = new(Root);
        await store.UseAsync("shop", Ct);

        await store.RemoveAsync("shop", Ct);

        Assert.False(File.Exists(KeyFile(shop)));
        Assert.Equal((null, 0), (store.Read().Current, store.Read().Contexts.Count));
    }

    [Fact]
    public async Task A_renewal_between_two_reads_is_followed()
    {
        AgentContext old = await KeepAsync("shop");
        ContextStore store = new(Root);
        string newKey = ClientKey.NewId();
        store.WriteKey(newKey, "newer key");
        await store.ReplaceAsync(old, old with { KeyId = newKey, Certificate = new byte[] { 3 } }, Ct);

        (AgentContext now, string key) = store.Open(old);

        Assert.Equal((newKey, "newer key", 3), (now.KeyId, key, now.Certificate.Span[0]));
        Assert.False(File.Exists(KeyFile(old)));
    }

    [Theory]
    [InlineData("/cfg", "/home/me", "/cfg/imeiagent")]
    [InlineData("relative", "/home/me", "/home/me/.config/imeiagent")]
    [InlineData(null, "/home/me", "/home/me/.config/imeiagent")]
    public void On_Linux_the_folder_follows_XDG(string? config, string home, string expected)
    {
        Requires.Unless(OperatingSystem.IsLinux(), "XDG is Linux");

        Assert.Equal(expected, ContextStore.For(name => name == "XDG_CONFIG_HOME" ? config : name == "HOME" ? home : null).Directory);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<AgentContext> KeepAsync(string name)
    {
        ContextStore store = new(Root);
        AgentContext context = TestContexts.Make(name);
        store.WriteKey(context.KeyId, $"key of {name}");
        await store.AddAsync(context, Ct);
        return context;
    }

    private string KeyFile(AgentContext context) => Path.Combine(Root, "keys", context.KeyId + ".key");

    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    private static string ModeOf(string path) =>
        OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(path), 8);
}
