using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ImeiAgent.Diag.Nv;

/// <summary>The 128 data bytes of an NV item, held in place so that reading an item allocates nothing.</summary>
[InlineArray(Length)]
public struct NvData : IEquatable<NvData>
{
    /// <summary>The size of every numbered item on this interface, in bytes; shorter values are padded with zeros.</summary>
    public const int Length = 128;

    [SuppressMessage("Style", "IDE0044", Justification = "An inline array's element field cannot be readonly.")]
    [SuppressMessage("CodeQuality", "IDE0051", Justification = "An inline array's element field is used through its indexer.")]
    private byte _first;

    /// <summary>Copies <paramref name="bytes"/> and pads them with zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than 128.</exception>
    public static NvData From(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Length, nameof(bytes));
        NvData data = default;
        bytes.CopyTo(data);
        return data;
    }

    /// <summary>The 128 bytes.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => this;

    /// <summary>The bytes up to the last that is not zero.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Trimmed => Bytes.TrimEnd((byte)0);

    /// <inheritdoc/>
    public readonly bool Equals(NvData other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override readonly bool Equals([NotNullWhen(true)] object? obj) => obj is NvData other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Trimmed);
        return hash.ToHashCode();
    }

    /// <summary>Compares the bytes.</summary>
    public static bool operator ==(NvData left, NvData right) => left.Equals(right);

    /// <summary>Compares the bytes.</summary>
    public static bool operator !=(NvData left, NvData right) => !left.Equals(right);

    /// <summary>Says nothing of the bytes: item data is never logged.</summary>
    public override readonly string ToString() => "128 bytes";
}
