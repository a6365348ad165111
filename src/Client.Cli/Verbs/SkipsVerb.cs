using System.CommandLine;
using System.Globalization;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei skips list | add | remove
internal static class SkipsVerb
{
    public static Command Build(Globals globals) =>
        new("skips", "Items that are not read, because phones of the model do not survive it. The agent learns them; a person may add and remove.")
        {
            BuildList(globals), BuildAdd(globals), BuildRemove(globals),
        };

    private const string ModelInstead = "What is skipped goes by model, not by phone: leave -d out and give MODEL, as imei identify shows it.";

    private static Argument<string> ModelArgument() => new("MODEL") { Description = "The model exactly as imei identify shows it, as in SM-G991U." };

    private static Argument<string> ItemArgument() => new("ITEM") { Description = "550 or 0x226." };

    private static Command BuildList(Globals globals)
    {
        Option<string> model = new("--model") { Description = "Only those of this model.", HelpName = "MODEL" };
        Command list = new("list", "List what is skipped, and why.") { model };
        globals.RefuseDevice(list, "What is skipped goes by model, not by phone: --model MODEL, as imei identify shows it.");
        globals.Run(list, async invocation =>
        {
            Screen screen = invocation.Screen;
            ListSkipsRequest request = new() { Model = invocation.Parsed.GetValue(model) ?? "" };
            ListSkipsResponse answer = await invocation.Client.ListSkipsAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (screen.Json)
                screen.Message(answer);
            else if (answer.Skips.Count == 0)
                screen.Note("Nothing is skipped.");
            else
                screen.Table(["MODEL", "SIM", "ITEM", "SINCE (UTC)", "BY", "REASON"], answer.Skips.Select(Row));
            return ExitCode.Ok;
        });
        return list;
    }

    private static Command BuildAdd(Globals globals)
    {
        Argument<string> model = ModelArgument();
        Argument<string> item = ItemArgument();
        Option<uint> sim = SimOption.One("--sim", "SIM slot.");
        Option<string> reason = new("--reason") { Description = "Why, for whoever finds it on the list.", HelpName = "TEXT" };
        Command add = new("add", "Do not read an item from phones of a model any more.") { model, item, sim, reason };
        globals.RefuseDevice(add, ModelInstead);
        globals.Run(add, async invocation =>
        {
            AddSkipRequest request = new()
            {
                Model = invocation.Parsed.GetRequiredValue(model),
                Item = TypedItems.ParseOne(invocation.Parsed.GetRequiredValue(item)),
                Slot = invocation.Parsed.GetValue(sim),
                Reason = invocation.Parsed.GetValue(reason) ?? "",
            };
            AddSkipResponse answer = await invocation.Client.AddSkipAsync(request, invocation.Cancellation).ConfigureAwait(false);
            Show(invocation.Screen, answer, answer.Skip, "skipped");
            return ExitCode.Ok;
        });
        return add;
    }

    private static Command BuildRemove(Globals globals)
    {
        Argument<string> model = ModelArgument();
        Argument<string> item = ItemArgument();
        Option<uint> sim = SimOption.One("--sim", "SIM slot.");
        Command remove = new("remove", "Read an item again.") { model, item, sim };
        globals.RefuseDevice(remove, ModelInstead);
        globals.Run(remove, async invocation =>
        {
            RemoveSkipRequest request = new()
            {
                Model = invocation.Parsed.GetRequiredValue(model),
                Item = TypedItems.ParseOne(invocation.Parsed.GetRequiredValue(item)),
                Slot = invocation.Parsed.GetValue(sim),
            };
            RemoveSkipResponse answer = await invocation.Client.RemoveSkipAsync(request, invocation.Cancellation).ConfigureAwait(false);
            Show(invocation.Screen, answer, answer.Skip, "no longer skipped");
            return ExitCode.Ok;
        });
        return remove;
    }

    private static void Show(Screen screen, Google.Protobuf.IMessage answer, Skip skip, string what)
    {
        if (screen.Json)
            screen.Message(answer);
        else
            screen.Line($"{skip.Model}  SIM {skip.Slot}  {skip.Item:00000}  {what}{(skip.Reason.Length > 0 ? $": {skip.Reason}" : "")}");
    }

    private static Cell[] Row(Skip skip) =>
    [
        skip.Model,
        skip.Slot.ToString(CultureInfo.InvariantCulture),
        skip.Item.ToString("00000", CultureInfo.InvariantCulture),
        JobPrinter.Time(skip.CreateTime),
        skip.Operator.Length > 0 ? skip.Operator : $"learned{(skip.Build.Length > 0 ? $" from {skip.Build}" : "")}",
        skip.Reason,
    ];
}
