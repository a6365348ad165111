using System.CommandLine;
using System.Text;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.Client.Cli.Verbs;
using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Cli.Contexts;

// imei context export
internal static class ContextFiles
{
    public static Command BuildExport(Globals globals)
    {
        Argument<string> name = ContextVerb.Name("The context.");
        Option<string> folder = new("--dir") { Description = "The folder; made when it is not there.", HelpName = "DIR", Required = true };
        Option<bool> force = new("--force") { Description = "Replace files that exist." };
        Command export = new("export", "Write ca.pem, client.pem and client.key, for programs in other languages.") { name, folder, force };
        globals.Run(export, async invocation =>
        {
            AgentContext context = invocation.Contexts.Read().Find(invocation.Parsed.GetRequiredValue(name));
            ContextExport files = ContextExport.Of(context, invocation.Contexts);
            await WriteAsync(files, invocation.Parsed.GetRequiredValue(folder), invocation.Parsed.GetValue(force), invocation).ConfigureAwait(false);
            invocation.Screen.Note($"client.key is the key itself: whoever has it is {(context.Client.Length > 0 ? context.Client : context.Name)}.");
            invocation.Screen.Note($"imei renews its own certificate from {Due(context):yyyy-MM-dd} on, and an hour later this copy is refused: export again then, or pair that program by itself.");
            return ExitCode.Ok;
        });
        return export;
    }

    private static async Task WriteAsync(ContextExport files, string folder, bool force, Invocation invocation)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else if (!Directory.Exists(folder))
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (string Path, string Text)[] outputs =
        [
            (Path.Combine(folder, "ca.pem"), files.Ca), (Path.Combine(folder, "client.pem"), files.Certificate), (Path.Combine(folder, "client.key"), files.Key),
        ];
        foreach ((string path, _) in outputs)
            OutputFile.Check(path, force); // All or none.
        foreach ((string path, string text) in outputs)
        {
            OutputFile file = OutputFile.Create(path, force); // 0600.
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(Encoding.ASCII.GetBytes(text), invocation.Cancellation).ConfigureAwait(false);
                await file.CommitAsync().ConfigureAwait(false);
            }
            invocation.Screen.Line(path);
        }
    }

    private static DateTimeOffset Due(AgentContext context) => context.NotAfter - ((context.NotAfter - context.NotBefore) / 3);
}
