using ImeiAgent.TestKit;

namespace ImeiAgent.Integration.Crash;

/// <summary>A <see cref="ChildRestorer"/> as its parent sees it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly OurProgram _program;

    private ChildProcess(OurProgram program) => _program = program;

    public static ChildProcess Start(ChildOrders orders)
    {
        string self = typeof(ChildProcess).Assembly.Location;
        return new(OurProgram.StartAny(
            Path.ChangeExtension(self, OperatingSystem.IsWindows() ? ".exe" : null),
            new Dictionary<string, string?> { ["DOTNET_STARTUP_HOOKS"] = self, [ChildOrders.Variable] = orders.ToString(), ["DOTNET_TieredPGO"] = "0" }));
    }

    /// <summary>All it said.</summary>
    public string Said => string.Join('\n', [.. _program.Output, .. _program.Errors]);

    /// <summary>It waits at its step.</summary>
    public Task ReachedAsync(CancellationToken ct) => _program.LineAsync("at ", ct);

    /// <summary>Lets it go on.</summary>
    public async Task GoOnAsync()
    {
        await _program.Input.WriteLineAsync();
        await _program.Input.FlushAsync();
    }

    /// <summary>It killed itself.</summary>
    public Task DiedAsync(CancellationToken ct) => _program.EndAsync(ct);

    /// <summary>How its restore ended, in two words; then it is killed.</summary>
    public async Task<string> EndedAsync(CancellationToken ct)
    {
        string end = await _program.LineAsync("end of the restore: ", ct);
        _program.Kill();
        await _program.EndAsync(ct);
        return end.Split(": ")[1];
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
