using System.CommandLine;
using System.IO.Compression;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei support bundle
internal static class SupportVerb
{
    private const int MostTraces = 20;

    public static Command Build(Globals globals) => new("support", "For whoever is asked to help from afar.") { BuildBundle(globals) };

    private static Command BuildBundle(Globals globals)
    {
        Argument<string[]> traces = new("TRACE")
        {
            Description = $"Trace ids or unique beginnings, at most {MostTraces}; none means the last {MostTraces} in which something failed.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string> output = new("--output", "-o") { Description = "Where to; a name that ends in .zip.", HelpName = "FILE", Required = true };
        Option<bool> force = SnapshotRead.Force();
        Command bundle = new(
            "bundle", "Write one zip that says what happened to someone who was not there: text files and recordings, for you to look through first. The export is audited.")
        {
            traces, output, force,
        };
        globals.RefuseDevice(bundle, "A bundle is made of traces: imei trace list -d PHONE lists those of one phone.");
        globals.Run(bundle, async invocation =>
        {
            string[] ids = invocation.Parsed.GetValue(traces) ?? [];
            if (ids.Length > MostTraces)
                throw CliException.Usage($"At most {MostTraces} traces go into a bundle; {ids.Length} were given.");
            string path = invocation.Parsed.GetRequiredValue(output);
            OutputFile file = OutputFile.Create(path, invocation.Parsed.GetValue(force));
            await using (file.ConfigureAwait(false))
            {
                ExportSupportBundleRequest request = new() { TraceIds = { ids } };
                await foreach (ExportSupportBundleResponse piece in invocation.Client.ExportSupportBundleAsync(request, invocation.Cancellation).ConfigureAwait(false))
                    await file.WriteAsync(piece.Chunk.Memory, invocation.Cancellation).ConfigureAwait(false);
                await file.CommitAsync().ConfigureAwait(false);
            }
            Tell(invocation.Screen, path);
            return ExitCode.Ok;
        });
        return bundle;
    }

    // What is inside, by the file itself: a person decides whether it may leave the shop.
    private static void Tell(Screen screen, string path)
    {
        if (screen.Quiet || screen.Json)
            return;
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            screen.Note($"Wrote {path}. In it:");
            foreach (ZipArchiveEntry entry in zip.Entries)
                screen.Note($"  {entry.FullName} ({entry.Length:N0} bytes)");
        }
        catch (InvalidDataException)
        {
            throw new CliException(ExitCode.File, "BUNDLE_DAMAGED", $"{path} is no zip that can be read: the agent sent something else.");
        }
        screen.Note("Numbers, codes and passwords are left out or masked. Names of people, phones and machines are not: look through it before you send it.");
    }
}
