using System.Net.Sockets;
using System.Text;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Window;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

public sealed class SingleInstanceTests : IDisposable
{
    private const string Id = "0123456789abcdef";

    private readonly TemporaryFolder _temporary = new();
    private readonly PrivateFolder _folder;

    public SingleInstanceTests() => _folder = new PrivateFolder(_temporary.File("run"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Socket => Path.Combine(_folder.Path, $"desktop-{Id}.sock");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void There_is_one_of_each_kind_and_a_next_one_when_it_has_gone()
    {
        SingleInstance? first = Become();
        Assert.NotNull(first);
        Assert.Null(Become());
        using SingleInstance? other = SingleInstance.TryBecome(_folder, "fedcba9876543210", TimeProvider.System);
        Assert.NotNull(other);

        first.Dispose();
        using SingleInstance? next = Become();
        Assert.NotNull(next);
    }

    [Theory]
    [InlineData(null, Shown.Front)]
    [InlineData("local", Shown.Opened)]
    [InlineData("bench-3", Shown.OpenedInstead)]
    public async Task A_further_start_is_told_what_became_of_what_it_asked_for(string? context, Shown shown)
    {
        await using Listening listening = Listen(_ => shown);

        Assert.Equal(shown, await AskAsync(context));
        Assert.Equal([context], listening.Asked);
    }

    [Fact]
    public async Task Whoever_ends_answers_nobody()
    {
        await using Listening listening = Listen(_ => null);

        Assert.Null(await AskAsync("bench-3"));
    }

    [Fact]
    public async Task Nobody_there_is_no_error() => Assert.Null(await AskAsync(null));

    [Theory]
    [InlineData("show ../bench\n")]
    [InlineData("show //evil.example/\n")]
    [InlineData("show bench 3\n")]
    [InlineData("show\n")]
    [InlineData("Show bench\n")]
    [InlineData("show bench?key=1\n")]
    [InlineData("\n")]
    public async Task What_is_no_request_is_not_looked_at_and_the_next_one_is_answered(string request)
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "a pipe is a socket on Unix only");
        await using Listening listening = Listen(_ => Shown.Front);
        using (Socket stranger = await ConnectAsync())
        {
            await stranger.SendAsync(Encoding.ASCII.GetBytes(request), Ct);
            stranger.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await stranger.ReceiveAsync(new byte[16], Ct));
        }

        Assert.Equal(Shown.Front, await AskAsync("bench"));
        Assert.Equal(["bench"], listening.Asked);
    }

    [Fact]
    public async Task A_line_without_end_is_not_read_to_its_end()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "a pipe is a socket on Unix only");
        await using Listening listening = Listen(_ => Shown.Front);
        using Socket stranger = await ConnectAsync();

        byte[] part = Encoding.ASCII.GetBytes("show " + new string('a', 100_000));
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            for (int sent = 0; sent < 1000; sent++)
                await stranger.SendAsync(part, Ct);
        });

        Assert.Equal(Shown.Front, await AskAsync(null));
    }

    [Fact]
    public async Task Other_users_cannot_ask()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "file modes are Unix's");
        if (OperatingSystem.IsWindows())
            return; // Said once more for the compiler.
        await using Listening listening = Listen(_ => Shown.Front);
        await Eventually.HoldsAsync(() => File.Exists(Socket));

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path));
        Assert.Equal(owner, File.GetUnixFileMode(Socket));
        Assert.Equal(owner, File.GetUnixFileMode(Path.ChangeExtension(Socket, ".lock")));
    }

    [Fact]
    public async Task What_a_killed_one_left_is_replaced()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "a pipe leaves nothing on Windows");
        _folder.Make();
        await File.WriteAllTextAsync(Path.ChangeExtension(Socket, ".lock"), "", Ct);
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Socket));
        }
        File.WriteAllText(Socket, ""); // .NET deletes the socket of one that it closes; a killed process does not.

        await using Listening listening = Listen(_ => Shown.Front);
        Assert.Equal(Shown.Front, await AskAsync(null));
    }

    private SingleInstance? Become() => SingleInstance.TryBecome(_folder, Id, TimeProvider.System);

    private Task<Shown?> AskAsync(string? context) => SingleInstance.AskAsync(_folder, Id, context, TimeProvider.System, Ct);

    private Listening Listen(Func<string?, Shown?> answer) => new(Become()!, answer);

    private async Task<Socket> ConnectAsync()
    {
        await Eventually.HoldsAsync(() => File.Exists(Socket));
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), Ct);
        return socket;
    }

    // One that runs and answers.
    private sealed class Listening : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly SingleInstance _instance;
        private readonly Task _listening;

        public Listening(SingleInstance instance, Func<string?, Shown?> answer)
        {
            _instance = instance;
            _listening = instance.ListenAsync(
                (context, _) =>
                {
                    Asked.Add(context);
                    return Task.FromResult(answer(context));
                },
                _end.Token);
        }

        public List<string?> Asked { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _listening;
            _instance.Dispose();
            _end.Dispose();
        }
    }
}
