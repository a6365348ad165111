using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.PhoneSimulator.Store;

/// <summary>
/// The NV items of both slots as a client reads them, and which of them would not outlive the power. What is stored is in the file at
/// once where there is one. Not safe for several threads.
/// </summary>
internal sealed class NvMemory(NvStore[] slots, StoreFile? file) : IDisposable
{
    /// <summary>What the store has of an item that was written since; <paramref name="Lasts"/>: an orderly end stores the write.</summary>
    private readonly record struct Stored(NvAnswer Answer, byte[] Data, bool Spent, bool Lasts);

    private readonly Dictionary<(int Slot, int Item), Stored> _unstored = [];
    private readonly HashSet<(int Slot, int Item)> _spent = file is null ? [] : [.. file.Spent];

    public NvAnswer Answer(int slot, int item) => slots[slot - 1].Answer(item);

    public ReadOnlySpan<byte> Data(int slot, int item) => slots[slot - 1].Data(item);

    /// <summary>Whether a client has written the item as often as it can be (quirk <c>write-once</c>).</summary>
    public bool IsSpent(int slot, int item) => _spent.Contains((slot, item));

    /// <summary>A client's write: read back from now on; stored when it returns, unless a quirk has it stored later or never.</summary>
    public void Write(int slot, int item, ReadOnlySpan<byte> data, Quirks quirks)
    {
        bool reverts = quirks.RevertAfterReset.Contains(item);
        bool unstored = reverts || quirks.StoreLate;
        if (unstored)
        {
            if (!_unstored.TryGetValue((slot, item), out Stored stored))
                stored = new Stored(Answer(slot, item), Data(slot, item).ToArray(), IsSpent(slot, item), false);
            _unstored[(slot, item)] = stored with { Lasts = !reverts };
        }
        if (quirks.WriteOnce.Contains(item))
            _spent.Add((slot, item));
        if (unstored)
            Place(slot, item, NvAnswer.Done, data);
        else
            Set(slot, item, NvAnswer.Done, data);
    }

    /// <summary>Arranges an item behind the client's back, and in the store at once.</summary>
    public void Set(int slot, int item, NvAnswer answer, ReadOnlySpan<byte> data)
    {
        _unstored.Remove((slot, item));
        Place(slot, item, answer, data);
        Append(slot, item);
    }

    /// <summary>The power goes. In an <paramref name="orderly"/> end the phone first stores what it kept; else it forgets it.</summary>
    public void PowerDown(bool orderly)
    {
        foreach (((int slot, int item), Stored stored) in _unstored)
        {
            if (orderly && stored.Lasts)
            {
                Append(slot, item);
                continue;
            }
            Place(slot, item, stored.Answer, stored.Data);
            if (!stored.Spent)
                _spent.Remove((slot, item));
        }
        _unstored.Clear();
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

    private void Place(int slot, int item, NvAnswer answer, ReadOnlySpan<byte> data)
    {
        if (answer == NvAnswer.Done)
            slots[slot - 1].Put(item, data);
        else
            slots[slot - 1].Clear(item, answer);
    }

    private void Append(int slot, int item) => file?.Append(slot, item, Answer(slot, item), Data(slot, item), IsSpent(slot, item));
}
