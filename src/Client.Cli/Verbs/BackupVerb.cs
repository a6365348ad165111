using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei backup
internal static class BackupVerb
{
    public static Command Build(Globals globals)
    {
        Option<string> output = SnapshotRead.Output(
            "Also write NV text v3.5 to this file; of a second SIM to another: a.txt and a_sim2.txt. Without it the agent alone keeps the snapshot.");
        Option<bool> force = SnapshotRead.Force();
        Option<string> sim = SimOption.OneOrBoth("SIM slots. With both, a second slot that cannot be reached is left out with a note.");
        Command command = new("backup", "Read all 65,536 NV items and keep them as a snapshot.") { output, force, sim };
        globals.Run(command, invocation =>
        {
            string slots = invocation.Parsed.GetRequiredValue(sim);
            ReadRangeRequest request = new() { Device = invocation.Device, SkipUnreachableSlots = slots == SimOption.Both };
            request.Ranges.AddRange(ItemRanges.Parse(ItemRanges.All));
            request.Slots.AddRange(slots switch { "1" => [1], "2" => [2], _ => (uint[])[1, 2] });
            return SnapshotRead.RunAsync(invocation, request, invocation.Parsed.GetValue(output), invocation.Parsed.GetValue(force));
        });
        return command;
    }
}
