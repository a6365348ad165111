using System.Runtime.InteropServices;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Vault.Formats;

/// <summary>Reads one file: header, count, then entries with their rows; and looks for what is known to go wrong in such files.</summary>
internal sealed class NvTextReader(byte slot)
{
    private const int RowLength = 16;
    private const int SoundTail = 64;
    private const int HeaderWithin = 100;

    // The ids 0x..7D and 0x..7E as they come out of frames that were not unescaped: 7D 5D and 7D 5E, read as little-endian numbers.
    private const int Unescaped7D = 0x5D7D;
    private const int Unescaped7E = 0x5E7D;

    private readonly NvTextFindings _findings = new();
    private readonly List<NvReading> _readings = [];
    private readonly int[] _places = new int[NvItemId.Count];
    private readonly byte[] _bytes = new byte[NvData.Length];
    private bool _headerSeen;
    private int? _declared;
    private int _size = NvData.Length;
    private int _entries;
    private int _ok;
    private int _lastItem = -1;
    private bool _unescaped;
    private int _whole;
    private bool _tailsRepeat = true;
    private bool _anyTail;

    // The entry whose rows are being read; _line is 0 when there is none.
    private int _line;
    private NvReading _entry;
    private int _count;
    private bool _damaged;
    private bool _ignoreRows;

    public NvTextFile Read(Stream source)
    {
        var lines = new NvTextLines(source, _findings);
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if (lines.Number == 1 && line.StartsWith("\uFEFF"u8))
                line = line[3..];
            line = line.Trim(" \t\f\u001A"u8);
            if (line.IsEmpty)
                continue;
            if (_headerSeen)
                ReadLine(line, lines.Number);
            else
                ReadBeforeHeader(line, lines.Number);
        }
        if (!_headerSeen)
            throw _findings.Refuse(NvTextRule.NoHeader, 0, "there is no line \"[NV items]\"");
        if (_line != 0 && _entry.IsActive && _count < _size)
            _findings.Warn(NvTextRule.Truncated, lines.Number, $"the file ends within item {_entry.Item}");
        EndEntry();
        CheckWhole();
        if (_findings.AnyFatal)
            throw new NvTextException(_findings.Kept);
        int reliable = CutTails() ? SoundTail : NvData.Length;
        CheckImei();
        return new NvTextFile(_readings, _findings.Kept, _findings.Dropped, reliable);
    }

    private void ReadBeforeHeader(ReadOnlySpan<byte> line, int number)
    {
        _headerSeen = NvTextLine.IsHeader(line);
        if (!_headerSeen && (NvTextLine.LooksLikeEntry(line) || number > HeaderWithin))
            throw _findings.Refuse(NvTextRule.NoHeader, number, "there is no line \"[NV items]\" before it");
        if (!_headerSeen)
            _findings.Note(NvTextRule.StrayText, number, "text before the header was ignored");
    }

    private void ReadLine(ReadOnlySpan<byte> line, int number)
    {
        if (NvTextLine.LooksLikeEntry(line))
        {
            EndEntry();
            StartEntry(line, number);
        }
        else if (NvTextLine.LooksLikeRow(line))
        {
            ReadRow(line, number);
        }
        else if (_declared is null && NvTextLine.TryCount(line, out int count, out int? size))
        {
            _declared = count;
            _size = size ?? NvData.Length;
            if (_size is < 1 or > NvData.Length)
                throw _findings.Refuse(NvTextRule.ItemSize, number, $"items of {_size} bytes do not exist; the most is {NvData.Length}");
        }
        else
        {
            _findings.Warn(NvTextRule.StrayText, number, "the line is nothing of this format and was ignored");
        }
    }

    private void StartEntry(ReadOnlySpan<byte> line, int number)
    {
        _ignoreRows = true;
        if (!NvTextLine.TryEntry(line, out int item, out int hex, out ReadOnlySpan<byte> state))
        {
            _findings.Warn(NvTextRule.StrayText, number, "the line begins an item, but is damaged; the item was left out");
            return;
        }
        _entries++;
        if (item != hex)
        {
            _findings.Fatal(NvTextRule.NumberMismatch, number, $"decimal {item} is not hexadecimal {hex:X4}");
            return;
        }
        (NvOutcome Outcome, ushort Code) known = NvTextState.Read(state) ?? (NvOutcome.NoReply, 0);
        if (known.Outcome == NvOutcome.NoReply)
            _findings.Warn(NvTextRule.UnknownState, number, $"the state of item {item} is not known; it counts as never answered");
        _entry = new NvReading(slot, new NvItemId((ushort)item), known.Outcome, known.Code, default);
        _line = number;
        _count = 0;
        _damaged = false;
        _ignoreRows = false;
        _bytes.AsSpan().Clear();
        CheckUnescaped(item, number);
    }

    private void ReadRow(ReadOnlySpan<byte> line, int number)
    {
        if (_ignoreRows)
            return;
        if (_line == 0 || !_entry.IsActive)
        {
            _ignoreRows = true;
            _findings.Warn(NvTextRule.StrayBytes, number, "bytes that belong to no item with data were ignored");
            return;
        }
        int read = NvTextLine.ReadRow(line, _bytes.AsSpan(Math.Min(_count, NvData.Length)));
        _damaged |= read < 0;
        _count += Math.Max(read, 0);
    }

    private void EndEntry()
    {
        if (_line == 0)
            return;
        int line = _line;
        _line = 0;
        if (!_entry.IsActive)
        {
            Keep(_entry, line);
            return;
        }
        _ok++;
        // Rows may be filled up to 16 bytes beyond the item's size, with zeros only.
        int rows = (_size + RowLength - 1) / RowLength * RowLength;
        bool fits = _count == _size || _count == rows && !_bytes.AsSpan(_size).ContainsAnyExcept((byte)0);
        if (_damaged || !fits)
        {
            _findings.Warn(NvTextRule.WrongLength, line, _damaged
                ? $"a row of item {_entry.Item} is damaged; the item was left out"
                : $"item {_entry.Item} has {_count} bytes instead of {_size}; it was left out");
            return;
        }
        if (_size == NvData.Length)
            CompareRows();
        Keep(_entry with { Data = NvData.From(_bytes) }, line);
    }

    private void Keep(in NvReading reading, int line)
    {
        ref int place = ref _places[reading.Item.Number];
        if (place == 0)
        {
            _readings.Add(reading);
            place = _readings.Count;
        }
        else if (reading.Item.Number is Unescaped7D or Unescaped7E)
        {
            FindUnescaped(line);
        }
        else if (_readings[place - 1] == reading)
        {
            _findings.Warn(NvTextRule.Duplicate, line, $"item {reading.Item} is there twice, with the same content");
        }
        else
        {
            _findings.Fatal(NvTextRule.Duplicate, line, $"item {reading.Item} is there twice, with different contents");
        }
    }

    // Those two numbers are at home between 0x5D7C and 0x5E7E only; anything lower after them tells where they came from.
    private void CheckUnescaped(int item, int line)
    {
        if (_lastItem is Unescaped7D or Unescaped7E && item < _lastItem)
            FindUnescaped(line);
        _lastItem = item;
    }

    private void FindUnescaped(int line)
    {
        if (_unescaped)
            return;
        _unescaped = true;
        _findings.Fatal(NvTextRule.Unescaped, line,
            "items 0x5D7D or 0x5E7D are out of place: the program that wrote this never unescaped the bytes 7D and 7E, so item numbers "
            + "and data are wrong");
    }

    // A known program wrote row 3 again as row 5, row 4 again as row 7, and pieces of others as rows 6 and 8.
    private void CompareRows()
    {
        ReadOnlySpan<byte> bytes = _bytes;
        _whole++;
        _tailsRepeat &= bytes[64..80].SequenceEqual(bytes[32..48]) && bytes[96..112].SequenceEqual(bytes[48..64]);
        _anyTail |= bytes[SoundTail..].ContainsAnyExcept((byte)0);
    }

    private bool CutTails()
    {
        if (_whole == 0 || !_tailsRepeat || !_anyTail)
            return false;
        foreach (ref NvReading reading in CollectionsMarshal.AsSpan(_readings))
            reading = reading with { Data = NvData.From(reading.Data.Bytes[..SoundTail]) };
        _findings.Warn(NvTextRule.TailUnreliable, 0,
            $"the program that wrote this cut the second half of every item wrongly; only the first {SoundTail} bytes are kept, and items "
            + "longer than that must not be restored");
        return true;
    }

    private void CheckWhole()
    {
        if (_entries == 0)
            throw _findings.Refuse(NvTextRule.NoItems, 0, "there is no item in it");
        if (_declared is null)
            _findings.Note(NvTextRule.NoCount, 0, $"the line that counts the items is missing; items of {_size} bytes are assumed");
        else if (_declared != _ok && _declared == _entries)
            _findings.Note(NvTextRule.Count, 0, $"the header counts all {_entries} entries; {_ok} have data");
        else if (_declared != _ok)
            _findings.Warn(NvTextRule.Count, 0, $"the header counts {_declared} items with data, there are {_ok}; the file may be cut or edited");
    }

    private void CheckImei()
    {
        if (_places[NvItemId.Imei.Number] is not (> 0 and var place) || !_readings[place - 1].IsActive)
            return;
        var item = new NvItem(NvItemId.Imei, NvStatus.Done, _readings[place - 1].Data);
        string? wrong = ImeiSlot.Interpret(new DiagReply<NvItem>(item)).State switch
        {
            ImeiSlotState.Blank => "is blank",
            ImeiSlotState.Generic => "is a placeholder, not a phone's own",
            ImeiSlotState.Invalid => "is not an IMEI",
            _ => null,
        };
        if (wrong is not null)
            _findings.Warn(NvTextRule.NoImei, 0, $"item 550 {wrong}: this file cannot restore an IMEI");
    }
}
