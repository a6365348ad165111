using System.Numerics;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>What item 550 of a slot holds: nothing, or data of which the first 9 bytes mean something.</summary>
internal readonly record struct SlotContent(bool IsActive, NvData Data)
{
    /// <summary>The content that a reply tells; null when it tells none.</summary>
    public static SlotContent? Of(DiagReply<NvItem> reply) => reply switch
    {
        { IsAnswer: false } => null,
        { Answer.Status: NvStatus.Done } => new SlotContent(true, reply.Answer.Data),
        { Answer.Status: NvStatus.NotActive } => new SlotContent(false, default),
        _ => null,
    };

    /// <summary>Whether both hold the same. Bytes behind the ninth mean nothing and are not looked at.</summary>
    public bool Holds(SlotContent other) => IsActive == other.IsActive && Packed.AsSpan().SequenceEqual(other.Packed);

    /// <summary>How many bits of what means something differ.</summary>
    public int BitsOff(SlotContent other) => Packed.Zip(other.Packed, (mine, others) => BitOperations.PopCount((uint)(mine ^ others))).Sum();

    /// <summary>Whether this is what putting <paramref name="old"/> back leaves: an item cannot be made inactive again, and zeros stand for that.</summary>
    public bool HoldsAgain(SlotContent old) => Holds(old) || (IsActive && !old.IsActive && !Packed.AsSpan().ContainsAnyExcept((byte)0));

    /// <summary>The reply that told it.</summary>
    public DiagReply<NvItem> AsReply() => new(new NvItem(NvItemId.Imei, IsActive ? NvStatus.Done : NvStatus.NotActive, Data));

    /// <summary>What it means.</summary>
    public ImeiSlot AsSlot() => ImeiSlot.Interpret(AsReply());

    private byte[] Packed => Data.Bytes[..Imei.PackedLength].ToArray();
}
