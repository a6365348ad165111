namespace ImeiAgent.Diag.Messages;

/// <summary>Text fields of replies. They come from a stranger: what is not printable ASCII is shown as '?'.</summary>
internal static class FixedText
{
    /// <summary>The field up to its first NUL, without blanks at either end.</summary>
    public static string Read(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        if (end >= 0)
            field = field[..end];
        return string.Create(field.Length, field, static (text, bytes) =>
        {
            for (int i = 0; i < bytes.Length; i++)
                text[i] = bytes[i] is >= 0x20 and < 0x7F ? (char)bytes[i] : '?';
        }).Trim();
    }
}
