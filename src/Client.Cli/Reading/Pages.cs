using Google.Protobuf;

namespace ImeiAgent.Client.Cli.Reading;

// A list that comes in pages: with --json each page as it comes, else all of it to one printer.
internal static class Pages
{
    /// <summary>What is asked for at once.</summary>
    public const int Size = 200;

    /// <param name="invocation">The run.</param>
    /// <param name="ask">Asks for the page of a token; the first page's token is empty.</param>
    /// <param name="parts">What a page holds, and the token of the next; empty at the end.</param>
    /// <param name="show">Prints the whole list for a person.</param>
    public static async Task<ExitCode> ListAsync<TPage, TItem>(
        Invocation invocation, Func<string, Task<TPage>> ask, Func<TPage, (IEnumerable<TItem> Items, string Next)> parts, Action<IReadOnlyList<TItem>> show)
        where TPage : IMessage
    {
        bool json = invocation.Screen.Json;
        List<TItem> all = [];
        string token = "";
        do
        {
            TPage page = await ask(token).ConfigureAwait(false);
            (IEnumerable<TItem> items, token) = parts(page);
            if (json)
                invocation.Screen.Message(page);
            else
                all.AddRange(items);
        }
        while (token.Length > 0);

        if (!json)
            show(all);
        return ExitCode.Ok;
    }
}
