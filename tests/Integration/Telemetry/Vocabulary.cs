using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using ImeiAgent.V1;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>
/// What measurements may be told apart by: words of vocabularies that do not grow with phones, items, people and calls. A collector keeps a series for
/// each combination of values, so a number or a name among them is both a leak and a bill.
/// </summary>
internal static partial class Vocabulary
{
    // Shorter names may stand in a word by chance: they are looked for as whole values only.
    private const int LongEnough = 6;

    // Attributes of spans that tell who and what took part.
    private static readonly string[] s_tellers =
    [
        "imeiagent.device", "imeiagent.port", "imeiagent.operator", "imeiagent.client", "imeiagent.station", "imeiagent.job", "imeiagent.journal",
        "imeiagent.request_id", "imeiagent.nv.item", "imeiagent.nv.first", "imeiagent.nv.last", "server.address", "server.port",
    ];

    private static readonly FrozenSet<string> s_methods = (
        from type in typeof(DeviceReflection).Assembly.GetTypes()
        let file = type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)
        where file?.PropertyType == typeof(FileDescriptor)
        from service in ((FileDescriptor)file.GetValue(null)!).Services
        from method in service.Methods
        select $"{service.FullName}/{method.Name}").ToFrozenSet();

    // grpc/doc/statuscodes.md.
    private static readonly FrozenSet<string> s_codes = FrozenSet.ToFrozenSet(
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]);

    /// <summary>Who and what took part, as spans tell it: names of people, phones, ports, jobs and agents and numbers of items; of long names the last part too.</summary>
    public static FrozenSet<string> Identities(IEnumerable<KeyValuePair<string, string>> tagsOfSpans) =>
        tagsOfSpans.Where(tag => s_tellers.Contains(tag.Key)).Select(tag => tag.Value).Distinct()
            .SelectMany(name => (string[])[name, name.Split('/', ':')[^1]]).Where(name => name.Length > 0).ToFrozenSet();

    /// <summary>What is wrong with a tag of a measurement; empty when nothing is.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="identities">Who and what took part.</param>
    public static string Fault(string tag, object? value, IReadOnlySet<string> identities)
    {
        if (value is not string text)
            return $"{tag} is {value}, which is no word";
        if (identities.FirstOrDefault(name => text == name || (name.Length >= LongEnough && text.Contains(name, StringComparison.OrdinalIgnoreCase))) is { } found)
            return $"{tag} is {text}, which tells {found}";
        bool isKnown = tag switch
        {
            "rpc.system.name" => text == "grpc",
            "rpc.method" => s_methods.Contains(text),
            "rpc.response.status_code" => s_codes.Contains(text),
            "error.type" or "imeiagent.answer" => Reason().IsMatch(text),
            "imeiagent.outcome" or "imeiagent.state" => Word().IsMatch(text),
            // Of the phones in these tests.
            "imeiagent.model" => text is "SM-G991U" or "SM-G981U",
            _ => false,
        };
        return isKnown ? "" : $"{tag} is {text}, which is in no vocabulary";
    }

    [GeneratedRegex("^[A-Z]+(_[A-Z]+)*$")]
    private static partial Regex Reason();

    [GeneratedRegex("^[a-z]+$")]
    private static partial Regex Word();
}
