using System.CommandLine;
using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Window;

Option<string> agent = new("--agent")
{
    Description = $"An agent of this machine: unix:PATH or npipe:NAME. Else the variables IMEI_CONTEXT and IMEI_AGENT, else the current context (imei context), else {AgentEndpoint.Default}.",
    HelpName = "ENDPOINT",
};
Option<bool> noWindow = new("--no-window") { Description = "Open nothing; print the address with its one-time key." };
RootCommand root = new("The desktop client of ImeiAgent: a window that shows the phones of an agent.") { agent, noWindow };

root.SetAction(async (parsed, cancellation) =>
{
    AgentEndpoint endpoint;
    try
    {
        endpoint = new AgentChoice(Context: null, parsed.GetValue(agent)).Resolve(Environment.GetEnvironmentVariable);
    }
    catch (Exception fault) when (fault is FormatException or ContextException or IOException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync($"imei-desktop: {fault.Message}");
        return 2;
    }

    await using DesktopHost host = await DesktopHost.StartAsync(endpoint, TimeProvider.System, cancellation);
    if (parsed.GetValue(noWindow))
    {
        Console.WriteLine(host.EntryUrl);
        await host.WaitForShutdownAsync(cancellation);
        return 0;
    }

    using AppWindow? window = AppWindow.TryOpen(host.EntryUrl);
    if (window is not null)
    {
        Task closed = window.WaitForCloseAsync(cancellation);
        bool ended = await Task.WhenAny(closed, host.WaitForShutdownAsync(cancellation)) != closed;
        // A browser that ended without ever asking for the page could not open its window, as where there is no display.
        if (ended || host.WasEntered)
            return 0;
    }

    // A tab of a browser that runs anyway cannot be waited for.
    bool asked = AppWindow.TryOpenInDefaultBrowser(host.EntryUrl);
    Console.WriteLine(asked ? "Opening the default browser. If none appears, open this address, which works once:" : "Open this address, which works once:");
    Console.WriteLine(host.EntryUrl);
    Console.WriteLine("Ctrl-C ends it.");
    await host.WaitForShutdownAsync(cancellation);
    return 0;
});
// The host ends the program in order; the parser must not cut it short.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
