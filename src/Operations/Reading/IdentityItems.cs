using System.Buffers.Binary;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>Who a phone is, told by its NV items 0 (ESN) and 1943 (MEID): from the phone, or from a backup of it.</summary>
internal static class IdentityItems
{
    public static string Esn(DiagReply<NvItem> reply) => Esn(NvReading.From(1, NvItemId.Esn, reply));

    public static string Esn(NvReading? item) =>
        item is { IsActive: true } active
            ? new Esn(BinaryPrimitives.ReadUInt32LittleEndian(active.Data.Bytes)).ToString()
            : "";

    public static string Meid(DiagReply<NvItem> reply) => Meid(NvReading.From(1, NvItemId.Meid, reply));

    public static string Meid(NvReading? item) =>
        item is { IsActive: true } active ? Diag.Identity.Meid.Unpack(active.Data.Bytes)?.ToString() ?? "" : "";
}
