using ImeiAgent.TestKit;

namespace ImeiAgent.Benchmarks;

/// <summary>A simulated phone in a process of its own, as far away as a phone is.</summary>
internal sealed class PhoneProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OurProgram _program;

    private PhoneProcess(string quirks)
    {
        Port = _folder.File("phone");
        _program = OurProgram.Start("phone-simulator", ["--link", Port, "--profile", "galaxy", .. quirks.Length == 0 ? [] : (string[])["--quirk", quirks]]);
    }

    /// <summary>The path to open.</summary>
    public string Port { get; }

    /// <summary>Starts it and waits until its port is there.</summary>
    public static async Task<PhoneProcess> StartAsync(string quirks, CancellationToken ct)
    {
        var phone = new PhoneProcess(quirks);
        await phone._program.LineAsync("ready", ct);
        return phone;
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Dispose();
    }
}
