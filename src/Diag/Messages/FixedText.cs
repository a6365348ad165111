namespace ImeiAgent.Diag.Messages;

/// <summary>Text fields of replies. They come from a stranger: what is not printable ASCII is shown as '?'.</summary>
internal static class FixedText
{
    // Builds and models have up to about 60 characters. What does not end would go into every list, row and message about the phone.
    private const int Longest = 128;

    /// <summary>The field up to its first NUL, at most 128 characters, without blanks at either end.</summary>
    public static string Read(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        if (end >= 0)
            field = field[..end];
        field = field[..Math.Min(field.Length, Longest)];
        return string.Create(field.Length, field, static (text, bytes) =>
        {
            for (int i = 0; i < bytes.Length; i++)
                text[i] = bytes[i] is >= 0x20 and < 0x7F ? (char)bytes[i] : '?';
        }).Trim();
    }
}
