using ImeiAgent.Agent;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Agent;

/// <summary>Where the agent does not listen, and what it leaves alone there.</summary>
public sealed class ListenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Socket => _folder.File("run/agent.sock");

    [Fact]
    public async Task An_empty_file_in_the_way_is_no_socket_and_stays()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "this test listens on a Unix domain socket");
        Directory.CreateDirectory(Path.GetDirectoryName(Socket)!);
        await File.WriteAllBytesAsync(Socket, [], TestContext.Current.CancellationToken);

        AgentStartException refused = await Assert.ThrowsAsync<AgentStartException>(StartAsync);

        Assert.Contains("is no socket", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Socket));
    }

    [Fact]
    public async Task A_directory_in_which_every_user_may_replace_the_socket_is_refused()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "this test listens on a Unix domain socket");
        Open(Path.GetDirectoryName(Socket)!);

        AgentStartException refused = await Assert.ThrowsAsync<AgentStartException>(StartAsync);

        Assert.Contains("other users", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Socket));
    }

    [Fact]
    public async Task A_vault_in_a_directory_that_every_user_may_write_to_is_refused()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "Windows has no such modes");
        Open(_folder.File("data"));

        AgentStartException refused = await Assert.ThrowsAsync<AgentStartException>(StartAsync);

        Assert.Contains("other users", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.File("data")));
    }

    public void Dispose() => _folder.Dispose();

    private static void Open(string directory)
    {
        Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
    }

    private async Task StartAsync()
    {
        var options = new AgentOptions
        {
            Ports = ["/dev/none"],
            Discovery = false,
            DataDirectory = _folder.File("data"),
            Listen = [$"unix:{Socket}"],
        };
        await using AgentHost host = await AgentHost.StartAsync(options, TestContext.Current.CancellationToken);
    }
}
