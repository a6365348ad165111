using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.PhoneSimulator.Store;

/// <summary>The NV items of both slots, with what a reset reverts and the file that keeps writes. Not safe for several threads.</summary>
internal sealed class NvMemory(NvStore[] slots, StoreFile? file, ItemSet revertAfterReset) : IDisposable
{
    private readonly Dictionary<(int Slot, int Item), (NvAnswer Answer, byte[] Data)> _toRevert = [];

    public NvAnswer Answer(int slot, int item) => slots[slot - 1].Answer(item);

    public ReadOnlySpan<byte> Data(int slot, int item) => slots[slot - 1].Data(item);

    /// <summary>A client's write: stored, and on the disk where there is a file, when it returns.</summary>
    public void Write(int slot, int item, ReadOnlySpan<byte> data)
    {
        if (revertAfterReset.Contains(item))
            _toRevert.TryAdd((slot, item), (Answer(slot, item), Data(slot, item).ToArray()));
        Set(slot, item, NvAnswer.Done, data);
    }

    /// <summary>Arranges an item behind the client's back.</summary>
    public void Set(int slot, int item, NvAnswer answer, ReadOnlySpan<byte> data)
    {
        if (answer == NvAnswer.Done)
            slots[slot - 1].Put(item, data);
        else
            slots[slot - 1].Clear(item, answer);
        file?.Append(slot, item, answer, Data(slot, item));
    }

    /// <summary>What a restart does to items that do not keep a write.</summary>
    public void Restart()
    {
        foreach (((int slot, int item), (NvAnswer answer, byte[] data)) in _toRevert)
            Set(slot, item, answer, data);
        _toRevert.Clear();
    }

    public NvReading Reading(int slot, int item)
    {
        NvAnswer answer = Answer(slot, item);
        var id = new NvItemId((ushort)item);
        return answer == NvAnswer.RefusedBadParameter
            ? new NvReading((byte)slot, id, NvOutcome.Refused, (ushort)RefusalCode.BadParameter, default)
            : new NvReading((byte)slot, id, NvOutcome.Answered, (ushort)answer, NvData.From(Data(slot, item)));
    }

    public void Dispose() => file?.Dispose();
}
