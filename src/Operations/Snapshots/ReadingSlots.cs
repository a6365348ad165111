using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>IMEI slots as they stand in a snapshot.</summary>
internal static class ReadingSlots
{
    /// <summary>What a kept reading of item 550 says of its slot; null when it was never answered.</summary>
    public static ImeiSlot? AsSlot(this NvReading reading) => reading.Outcome switch
    {
        NvOutcome.Answered => ImeiSlot.Interpret(new DiagReply<NvItem>(new NvItem(reading.Item, (NvStatus)reading.Code, reading.Data))),
        NvOutcome.Refused => ImeiSlot.Interpret(new DiagReply<NvItem>((RefusalCode)reading.Code)),
        _ => null,
    };
}
