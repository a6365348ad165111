using System.CommandLine;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei agent info
internal static class AgentVerb
{
    public static Command Build(Globals globals)
    {
        Command info = new("info", "Show which agent answers and what it can do.");
        globals.Run(info, async invocation =>
        {
            Screen screen = invocation.Screen;
            GetAgentInfoResponse answer = await invocation.Client.GetAgentInfoAsync(invocation.Cancellation).ConfigureAwait(false);
            if (screen.Json)
            {
                screen.Message(answer);
                return ExitCode.Ok;
            }
            screen.Line($"endpoint    {invocation.Client.Endpoint}");
            screen.Line($"version     {answer.Version}");
            screen.Line($"host        {answer.Host}");
            if (answer.Features.Count > 0)
                screen.Line($"features    {string.Join(", ", answer.Features)}");
            return ExitCode.Ok;
        });
        return new Command("agent", "The agent itself.") { info };
    }
}
