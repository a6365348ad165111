using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei backup
internal static class BackupVerb
{
    private const string Help =
        "Read all 65,536 NV items and keep them as a snapshot. The agent reads: it goes on when this program or the connection is gone, waits "
        + "10 minutes for a phone that was unplugged, and shares a dump that somebody else has begun. Ctrl-C ends the dump, unless others watch it.";

    public static Command Build(Globals globals)
    {
        Option<string> output = SnapshotRead.Output(
            "Also write NV text v3.5 to this file; of a second SIM to another: a.txt and a_sim2.txt. Without it the agent alone keeps the snapshot.");
        Option<bool> force = SnapshotRead.Force();
        Option<string> sim = SimOption.OneOrBoth("SIM slots. With both, a second slot that cannot be reached is left out with a note.");
        Option<bool> quick = new("--quick")
        {
            Description = "Read only what was active in earlier snapshots of this model, and the identity and RF items; notes say what is not read.",
        };
        Option<bool> detach = new("--detach")
        {
            Description = "Print the job's name and end; the agent reads on. Then: imei jobs watch NAME, imei jobs wait NAME.",
        };
        Command command = new("backup", Help) { output, force, sim, quick, detach };
        command.Validators.Add(result =>
        {
            if (result.GetResult(detach) is { Implicit: false } && result.GetResult(output) is not null)
                result.AddError("--detach does not wait for a file: leave out -o, and later imei snapshots export writes it.");
        });
        globals.Run(command, invocation =>
        {
            string slots = invocation.Parsed.GetRequiredValue(sim);
            StartDumpRequest request = new()
            {
                Device = invocation.Device,
                SkipUnreachableSlots = slots == SimOption.Both,
                Quick = invocation.Parsed.GetValue(quick),
            };
            if (!request.Quick)
                request.Ranges.AddRange(ItemRanges.Parse(ItemRanges.All));
            request.Slots.AddRange(slots switch { "1" => [1], "2" => [2], _ => (uint[])[1, 2] });
            return invocation.Parsed.GetValue(detach)
                ? SnapshotRead.DetachAsync(invocation, request)
                : SnapshotRead.RunAsync(invocation, request, invocation.Parsed.GetValue(output), invocation.Parsed.GetValue(force));
        });
        return command;
    }
}
