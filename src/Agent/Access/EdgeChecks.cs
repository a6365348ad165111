using System.Collections;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using ImeiAgent.Operations;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// Refuses, before any service sees it, what no honest client sends: texts beyond 2,000 characters or with control characters in any field of
/// a request, and more than 1,000 entries in any list.
/// </summary>
internal static class EdgeChecks
{
    private static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor[]> s_fields = [];

    /// <summary>Checks a message and all within it.</summary>
    /// <exception cref="OperationException">Something is refused; the field is named.</exception>
    public static void Check(IMessage message) => Check(message, "");

    /// <summary>A stream of requests, each checked when it is read.</summary>
    public static IAsyncStreamReader<T> Checked<T>(IAsyncStreamReader<T> requests) => new Reader<T>(requests);

    private static void Check(IMessage message, string path)
    {
        foreach (FieldDescriptor field in s_fields.GetOrAdd(message.Descriptor, FieldsOf))
        {
            object? value = field.Accessor.GetValue(message);
            if (field.IsRepeated && value is IList list)
            {
                if (list.Count > Limits.MostEntries)
                    throw Refusals.Field(path + field.Name, $"at most {Limits.MostEntries} entries are expected.");
                foreach (object entry in list)
                    Check(entry, path + field.Name);
            }
            else if (value is not null)
            {
                Check(value, path + field.Name);
            }
        }
    }

    private static void Check(object value, string path)
    {
        if (value is IMessage inner)
            Check(inner, $"{path}.");
        else if (value is string text && text.Length > Limits.LongestText)
            throw Refusals.Field(path, $"at most {Limits.LongestText} characters are expected.");
        else if (value is string line && line.Any(char.IsControl))
            throw Refusals.Field(path, "control characters are not expected.");
    }

    private static FieldDescriptor[] FieldsOf(MessageDescriptor message) =>
        [.. message.Fields.InDeclarationOrder().Where(f => f.IsRepeated || f.FieldType is FieldType.String or FieldType.Message)];

    private sealed class Reader<T>(IAsyncStreamReader<T> requests) : IAsyncStreamReader<T>
    {
        public T Current => requests.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await requests.MoveNext(cancellationToken))
                return false;
            if (requests.Current is IMessage message)
                Check(message);
            return true;
        }
    }
}
