using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Contexts;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Contexts;

// Contexts as a person and a script read them.
internal static class ContextPrinter
{
    public static void All(Screen screen, ContextList all, DateTimeOffset now)
    {
        if (screen.Json)
        {
            foreach (AgentContext context in all.Contexts)
                screen.Message(JsonOf(context, context.Name == all.Current));
            return;
        }
        screen.Table(
            ["CURRENT", "NAME", "AGENT", "AS", "ROLE", "CERTIFICATE UNTIL"],
            [
                .. all.Contexts.Select(context => Row(context, context.Name == all.Current, now)),
                [Mark(all.Current is null), AgentContext.Local, "this machine's", "", "", ""],
            ]);
    }

    public static void One(Screen screen, AgentContext context, bool isCurrent)
    {
        if (screen.Json)
        {
            screen.Message(JsonOf(context, isCurrent));
            return;
        }
        screen.Line($"name         {context.Name}{(isCurrent ? " (current)" : "")}");
        screen.Line($"addresses    {string.Join(", ", context.Addresses)}");
        screen.Line($"fingerprint  {context.CaFingerprint}");
        screen.Line($"as           {context.Client}");
        screen.Line($"role         {Words.For(context.Role)} when it was paired");
        screen.Line($"certificate  until {Day(context.NotAfter)}; renewed by itself before that");
    }

    private static Cell[] Row(AgentContext context, bool isCurrent, DateTimeOffset now) =>
    [
        Mark(isCurrent),
        context.Name,
        context.Addresses[0],
        context.Client,
        Words.For(context.Role),
        now < context.NotAfter ? Day(context.NotAfter) : new Cell($"expired {Day(context.NotAfter)}: pair again", Color.Red),
    ];

    private static string Mark(bool isCurrent) => isCurrent ? "*" : "";

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static Struct JsonOf(AgentContext context, bool isCurrent) => new()
    {
        Fields =
        {
            ["name"] = Value.ForString(context.Name),
            ["current"] = Value.ForBool(isCurrent),
            ["addresses"] = Value.ForList([.. context.Addresses.Select(Value.ForString)]),
            ["caFingerprint"] = Value.ForString(context.CaFingerprint),
            ["client"] = Value.ForString(context.Client),
            ["role"] = Value.ForString(Words.For(context.Role)),
            ["expireTime"] = Value.ForString(context.NotAfter.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)),
        },
    };
}
