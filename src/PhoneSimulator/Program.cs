using System.CommandLine;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImeiAgent.PhoneSimulator;

const int BadUsage = 2;

var link = new Option<string?>("--link") { Description = "keep a symbolic link to the pseudo-terminal here", HelpName = "path" };
var tcp = new Option<int?>("--tcp") { Description = "listen on this loopback TCP port instead of a pseudo-terminal; 0 picks one", HelpName = "port" };
var profile = new Option<string>("--profile")
{
    Description = "what phone:\n" + string.Join('\n', PhoneProfile.All.Select(one => $"  {one.Name}: {one.Description}")),
    HelpName = "name",
    DefaultValueFactory = _ => "galaxy",
};
var seed = new Option<int>("--seed") { Description = "which phone of that kind: decides ESN, MEID, NV items", HelpName = "number", DefaultValueFactory = _ => 1 };
var quirk = new Option<string[]>("--quirk") { Description = "how it misbehaves, as in drop=0.01,latency=2ms; may be given several times:\n" + QuirkText.Help, HelpName = "name=value" };
var store = new Option<string?>("--store") { Description = "keep NV items in this file over restarts: what the phone has stored, not what a loss of power takes", HelpName = "file" };

var root = new RootCommand("A Qualcomm phone made of code, on a pseudo-terminal or TCP port, for tests and demonstrations. Prints one line when ready and runs until "
    + "SIGTERM or Ctrl-C, which the phone takes as a loss of power. Exit codes: 0 ended as asked, 2 an option is wrong or cannot be met.\n\n"
    + PhoneConsole.Help)
{
    link, tcp, profile, seed, quirk, store,
};
root.SetAction(RunAsync);

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count == 0)
    return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
foreach (var error in parsed.Errors)
    await Console.Error.WriteLineAsync($"phone-simulator: {error.Message}");
return BadUsage;

async Task<int> RunAsync(ParseResult options, CancellationToken ct)
{
    var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        end.TrySetResult();
    }
    using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
    using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
    try
    {
        using var phone = SimulatedPhone.Create(
            options.GetValue(profile)!,
            options.GetValue(seed),
            Quirks.Parse(string.Join(',', options.GetValue(quirk) ?? [])),
            options.GetValue(store));
        await using PhoneHost host = Start(phone, options.GetValue(link), options.GetValue(tcp));
        Console.WriteLine(host switch
        {
            PtyHost { Link: { } path } pty => $"ready pty={pty.Device} link={path}",
            PtyHost pty => $"ready pty={pty.Device}",
            TcpHost listening => $"ready tcp=127.0.0.1:{listening.Port}",
            _ => throw new UnreachableException(),
        });
        // A thread of its own: nothing ends a read of standard input but input.
        var commands = new StreamReader(Console.OpenStandardInput());
        new Thread(() => new PhoneConsole(host).Run(commands, Console.Out)) { IsBackground = true, Name = "commands" }.Start();
        await end.Task.WaitAsync(ct);
        return 0;
    }
    catch (Exception wrong) when (wrong is ArgumentException or FormatException or InvalidDataException or IOException
        or UnauthorizedAccessException or SocketException or PlatformNotSupportedException)
    {
        await Console.Error.WriteLineAsync($"phone-simulator: {wrong.Message}");
        return BadUsage;
    }
}

static PhoneHost Start(SimulatedPhone phone, string? link, int? tcp)
{
    // A phone that loses power takes its process along, without a chance to tidy up. Only its link goes first, as udev removes it: the
    // system gives the same terminal to the next simulator, and whoever follows the link would find a stranger there.
    PtyHost? pty = null;
    void Die()
    {
        if (pty?.Link is { } present)
            File.Delete(present);
        Process.GetCurrentProcess().Kill();
    }
    if (tcp is null)
        return pty = new PtyHost(phone, link) { OnPowerLoss = Die };
    if (link is not null)
        throw new ArgumentException("--link names a pseudo-terminal; it cannot be combined with --tcp");
    if (tcp is < 0 or > 65535)
        throw new ArgumentException($"--tcp {tcp}: a port is 0 to 65535");
    return new TcpHost(phone, tcp.Value) { OnPowerLoss = Die };
}
