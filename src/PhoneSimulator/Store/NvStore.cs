using ImeiAgent.Diag.Nv;

namespace ImeiAgent.PhoneSimulator.Store;

/// <summary>
/// The 65,536 items of one SIM slot: an answer for each, and the data of the active ones in one block. Not safe for several threads.
/// </summary>
internal sealed class NvStore
{
    private readonly NvAnswer[] _answers = new NvAnswer[NvItemId.Count];
    private readonly int[] _places = new int[NvItemId.Count];
    private byte[] _data = new byte[4096 * NvData.Length];
    private int _used;

    public NvStore() => _places.AsSpan().Fill(-1);

    public NvAnswer Answer(int item) => _answers[item];

    /// <summary>The 128 bytes of an active item; empty for any other.</summary>
    public ReadOnlySpan<byte> Data(int item) =>
        _answers[item] == NvAnswer.Done ? _data.AsSpan(_places[item], NvData.Length) : default;

    /// <summary>Makes an item active. <paramref name="data"/> is 0 to 128 bytes, padded with zeros.</summary>
    public void Put(int item, ReadOnlySpan<byte> data)
    {
        if (_places[item] < 0)
        {
            if (_used == _data.Length)
                Array.Resize(ref _data, 2 * _data.Length);
            _places[item] = _used;
            _used += NvData.Length;
        }
        Span<byte> cell = _data.AsSpan(_places[item], NvData.Length);
        cell[data.Length..].Clear();
        data.CopyTo(cell);
        _answers[item] = NvAnswer.Done;
    }

    /// <summary>Makes an item anything but active.</summary>
    public void Clear(int item, NvAnswer answer) => _answers[item] = answer;
}
