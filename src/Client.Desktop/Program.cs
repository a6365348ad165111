using System.CommandLine;
using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Window;

Option<string> context = new("--context")
{
    Description = "An agent that this user was paired with (imei context list); \"local\" is the agent of this machine. Else the variables IMEI_CONTEXT and IMEI_AGENT, else the current context.",
    HelpName = "NAME",
};
Option<string> agent = new("--agent")
{
    Description = $"An agent of this machine: unix:PATH or npipe:NAME. By default that of the variable IMEI_AGENT, else {AgentEndpoint.Default}.",
    HelpName = "ENDPOINT",
};
Option<bool> noWindow = new("--no-window") { Description = "Open nothing; print the address with its one-time key. Each such start is a program of its own." };
RootCommand root = new("The desktop client of ImeiAgent: a window that shows the phones of an agent. Started again, it brings its window to the front.") { context, agent, noWindow };

root.SetAction(async (parsed, cancellation) =>
{
    StartChoice choice;
    try
    {
        choice = StartChoice.Of(parsed.GetValue(context), parsed.GetValue(agent), Environment.GetEnvironmentVariable);
    }
    catch (Exception fault) when (fault is FormatException or ContextException or IOException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync($"imei-desktop: {fault.Message}");
        return 2;
    }

    if (!parsed.GetValue(noWindow))
        return await DesktopWindow.RunAsync(choice, TimeProvider.System, cancellation);
    await using DesktopHost host = await DesktopHost.StartAsync(choice.Options, cancellation);
    Console.WriteLine(host.EntryUrl);
    await host.WaitForShutdownAsync(cancellation);
    // Whoever presses Ctrl-C is told of a restore that was sent, and does not wait for it.
    await host.SeeRestoresThroughAsync(Console.Error, new CancellationToken(canceled: true));
    return 0;
});
// The host ends the program in order; the parser must not cut it short.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
