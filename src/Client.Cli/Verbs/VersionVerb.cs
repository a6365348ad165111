using System.CommandLine;
using Google.Protobuf.WellKnownTypes;

namespace ImeiAgent.Client.Cli.Verbs;

// imei version
internal static class VersionVerb
{
    public static Command Build(Globals globals)
    {
        Command command = new("version", "Print the version of this program. (imei agent info prints the agent's.)");
        globals.Run(command, invocation =>
        {
            string version = typeof(VersionVerb).Assembly.GetName().Version?.ToString(3) ?? "";
            if (invocation.Screen.Json)
                invocation.Screen.Message(new Struct { Fields = { ["version"] = Value.ForString(version) } });
            else
                invocation.Screen.Line($"imei {version}");
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
