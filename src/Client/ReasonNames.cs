using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// The names come from the contract's descriptor, so that a reason added there is known here without a second list.
internal static class ReasonNames
{
    private const string Prefix = "ERROR_REASON_";

    private static readonly FrozenDictionary<string, ErrorReason> ByName = ErrorReflection.Descriptor.EnumTypes
        .Single(type => type.Name == nameof(ErrorReason))
        .Values.ToFrozenDictionary(Name, value => (ErrorReason)value.Number);

    public static ErrorReason Find(string reason) => ByName.GetValueOrDefault(reason, ErrorReason.Unspecified);

    private static string Name(EnumValueDescriptor value) => value.Name[Prefix.Length..];
}
