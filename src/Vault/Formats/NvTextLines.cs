namespace ImeiAgent.Vault.Formats;

/// <summary>
/// Cuts a stream into lines, whatever ends them (CRLF, LF or CR), in one fixed buffer. Refuses what cannot be a dump as soon as it
/// shows: too large, lines too long, control bytes.
/// </summary>
internal sealed class NvTextLines(Stream stream, NvTextFindings findings)
{
    public const long MostBytes = 64L << 20;
    public const int LongestLine = 4096;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _total;
    private bool _ended;
    private bool _afterCarriageReturn;

    /// <summary>The number of the line read last, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The next line without what ends it; valid until the next call. False at the end.</summary>
    /// <exception cref="NvTextException">The stream cannot be a dump.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            if (_afterCarriageReturn && rest.Length > 0)
            {
                _afterCarriageReturn = false;
                if (rest[0] == '\n')
                {
                    _start++;
                    continue;
                }
            }
            int length = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (length >= 0)
            {
                _afterCarriageReturn = rest[length] == '\r';
                _start += length + 1;
                line = Checked(rest[..length]);
                return true;
            }
            if (_ended)
            {
                _start = _end;
                line = rest.IsEmpty ? default : Checked(rest);
                return !rest.IsEmpty;
            }
            if (rest.Length > LongestLine)
                line = Checked(rest);
            Fill(rest);
        }
    }

    private ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> line)
    {
        Number++;
        // Control bytes below the tab never stand in text; UTF-16 shows as zeros between the letters.
        if (line.ContainsAnyInRange((byte)0, (byte)8))
            throw findings.Refuse(NvTextRule.Binary, Number, "it holds binary data, or text that is not ASCII or UTF-8");
        if (line.Length > LongestLine)
            throw findings.Refuse(NvTextRule.TooLarge, Number, $"the line is longer than {LongestLine} bytes");
        return line;
    }

    private void Fill(ReadOnlySpan<byte> rest)
    {
        rest.CopyTo(_buffer);
        _start = 0;
        _end = rest.Length;
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _total += read;
        _ended = read == 0;
        if (_total > MostBytes)
            throw findings.Refuse(NvTextRule.TooLarge, 0, $"it is longer than {MostBytes >> 20} MiB");
    }
}
