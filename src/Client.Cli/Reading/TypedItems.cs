using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

/// <summary>Items on the command line, as <see cref="ItemRanges"/> reads them.</summary>
internal static class TypedItems
{
    /// <exception cref="CliException">A piece is no item or range; the message quotes it.</exception>
    public static IReadOnlyList<NvRange> Parse(string text) => Read(() => ItemRanges.Parse(text));

    /// <summary>One item.</summary>
    /// <exception cref="CliException">The text is none.</exception>
    public static uint ParseOne(string text) => Read(() => ItemRanges.ParseOne(text));

    private static T Read<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException fault)
        {
            throw CliException.Usage(fault.Message);
        }
    }
}
