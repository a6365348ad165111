using System.CommandLine;
using ImeiAgent.Agent;
using ImeiAgent.Agent.Commands;

var port = new Option<string[]>("--port") { Description = "A port to watch: /dev/ttyUSB0, COM7 or tcp://host:port. May be given several times.", HelpName = "SPEC" };
var noDiscovery = new Option<bool>("--no-discovery") { Description = "Watch only the ports given by --port." };
var data = new Option<string?>("--data") { Description = "Directory of the vault: snapshots, journal, audit; used by one agent at a time. Else a place of this user's own.", HelpName = "DIR" };
var listen = new Option<string[]>("--listen")
{
    Description = "Where to listen. unix:PATH, or npipe:NAME on Windows, for this user alone; else where imei looks for it by itself. HOST:PORT, as in *:7443, "
        + "for clients of other machines too, over TLS 1.3, each with a certificate that imei-agent pair gets it. May be given several times.",
    HelpName = "ENDPOINT",
};
var window = new Option<int>("--window")
{
    Description = "Most requests outstanding at a phone, 1 to 64. The agent begins with 1 and finds out how many the phone takes; 1 is stop and wait.",
    DefaultValueFactory = _ => 64,
    HelpName = "N",
    CustomParser = result =>
    {
        if (int.TryParse(result.Tokens[0].Value, out int number))
            return number;
        result.AddError("--window: a number from 1 to 64 is expected.");
        return 0;
    },
};
var noTraces = new Option<bool>("--no-traces") { Description = "Keep no traces of what the agent does, and no recordings of what went over a port before something failed." };
var metrics = new Option<int?>("--metrics")
{
    Description = "Offers measurements to Prometheus at http://127.0.0.1:PORT/metrics, to this machine only; 0 for any free port.",
    HelpName = "PORT",
    CustomParser = result =>
    {
        if (int.TryParse(result.Tokens[0].Value, out int number))
            return number;
        result.AddError("--metrics: a port from 0 to 65535 is expected.");
        return null;
    },
};
var run = new Command("run", "Runs the agent until SIGTERM or Ctrl-C. Exit codes: 0 ended as asked, 1 cannot run, 2 an option is wrong.")
{
    port, noDiscovery, data, listen, window, noTraces, metrics,
};
run.SetAction((parsed, ct) => RunAsync(
    new AgentOptions
    {
        Ports = parsed.GetValue(port) ?? [],
        Discovery = !parsed.GetValue(noDiscovery),
        DataDirectory = parsed.GetValue(data),
        Listen = parsed.GetValue(listen) ?? [],
        Window = parsed.GetValue(window),
        KeepTraces = !parsed.GetValue(noTraces),
        Metrics = parsed.GetValue(metrics),
    },
    ct));

var root = new RootCommand("ImeiAgent: reads phones over Qualcomm's DIAG protocol and restores lost IMEIs.") { run, AccessCommands.Pair(), AccessCommands.Clients() };
ParseResult command = root.Parse(args);
// The host ends the program in order; the parser must not cut it short.
int code = await command.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return command.Errors.Count > 0 ? AgentStartException.WrongOption : code;

static async Task<int> RunAsync(AgentOptions options, CancellationToken ct)
{
    try
    {
        await using AgentHost host = await AgentHost.StartAsync(options, ownsProcess: true, ct);
        Console.WriteLine($"imei-agent ready on {string.Join(" and ", [host.Endpoint, .. host.Remote])}");
        if (host.Remote.Count > 0)
            await Console.Error.WriteLineAsync($"imei-agent: certificate authority {host.Fingerprint}");
        if (host.Metrics is { } address)
            await Console.Error.WriteLineAsync($"imei-agent: measurements at {address}");
        await host.WaitForEndAsync(ct);
        return 0;
    }
    catch (AgentStartException e)
    {
        await Console.Error.WriteLineAsync($"imei-agent: {e.Message}");
        return e.ExitCode;
    }
}
