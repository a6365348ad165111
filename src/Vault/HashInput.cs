using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ImeiAgent.Vault;

/// <summary>Puts values into a hash so that no two lists of values give the same bytes: what can have a length comes with it.</summary>
internal static class HashInput
{
    /// <summary>Each as i64 LE.</summary>
    public static void AppendNumber(this IncrementalHash hash, params ReadOnlySpan<long> numbers)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (long number in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }
    }

    /// <summary>The length as i32 LE, then the bytes.</summary>
    public static void AppendBytes(this IncrementalHash hash, ReadOnlySpan<byte> data)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        hash.AppendData(length);
        hash.AppendData(data);
    }

    /// <summary>Each as its length in UTF-8 as i32 LE, then that.</summary>
    public static void AppendText(this IncrementalHash hash, params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
            hash.AppendBytes(Encoding.UTF8.GetBytes(text));
    }
}
