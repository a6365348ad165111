using System.Diagnostics;
using ImeiAgent.TestKit;

namespace ImeiAgent.Benchmarks;

/// <summary>Our programs as they are shipped: published for this machine, compiled ahead of time (ReadyToRun), each a process of its own.</summary>
internal sealed class Shipped : IDisposable
{
    private static Shipped? s_published;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Publishes once a run, and uses what was published.</summary>
    public static async Task<IReadOnlyList<Row>> UseAsync(Func<Shipped, Task<IReadOnlyList<Row>>> measure, CancellationToken ct) =>
        await measure(s_published ??= await PublishAsync(ct));

    /// <summary>Deletes what was published.</summary>
    public static void Forget() => s_published?.Dispose();

    /// <summary>Publishes agent, command line and simulator.</summary>
    private static async Task<Shipped> PublishAsync(CancellationToken ct)
    {
        var shipped = new Shipped();
        foreach (string project in (string[])["Agent", "Client.Cli", "PhoneSimulator"])
            await shipped.PublishAsync(project, ct);
        return shipped;
    }

    private async Task PublishAsync(string project, CancellationToken ct)
    {
        var how = new ProcessStartInfo("dotnet",
            ["publish", Repository.File($"src/{project}/{project}.csproj"), "-c", "Release", "--use-current-runtime", "-p:PublishReadyToRun=true", "--self-contained", "false",
                "-v", "quiet", "-nodeReuse:false", "-o", _folder.File(project)])
        { RedirectStandardOutput = true };
        using var publish = Process.Start(how)!;
        string text = await publish.StandardOutput.ReadToEndAsync(ct);
        await publish.WaitForExitAsync(ct);
        if (publish.ExitCode != 0)
            throw new InvalidOperationException($"dotnet publish of {project} failed:\n{text}");
    }

    /// <summary>The desktop program, without a window of its own; published when it is first asked for.</summary>
    public async Task<OurProgram> DesktopAsync(string agent, CancellationToken ct)
    {
        if (!Directory.Exists(_folder.File("Client.Desktop")))
            await PublishAsync("Client.Desktop", ct);
        return OurProgram.StartAny(_folder.File("Client.Desktop/imei-desktop"), null, "--no-window", "--agent", agent);
    }

    /// <summary>Publishes the desktop client alone; where it lies.</summary>
    public static async Task<(string Program, IDisposable Folder)> PublishDesktopAsync(CancellationToken ct)
    {
        var shipped = new Shipped();
        await shipped.PublishAsync("Client.Desktop", ct);
        return (shipped._folder.File("Client.Desktop/imei-desktop"), shipped);
    }

    public OurProgram Agent(IReadOnlyDictionary<string, string?>? environment, params IEnumerable<string> arguments) =>
        OurProgram.StartAny(_folder.File("Agent/imei-agent"), environment, arguments);

    public OurProgram Cli(params IEnumerable<string> arguments) => OurProgram.StartAny(_folder.File("Client.Cli/imei"), null, arguments);

    public OurProgram Phone(params IEnumerable<string> arguments) => OurProgram.StartAny(_folder.File("PhoneSimulator/phone-simulator"), null, arguments);

    public void Dispose() => _folder.Dispose();
}
