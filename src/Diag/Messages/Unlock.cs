namespace ImeiAgent.Diag.Messages;

/// <summary>How a phone took a code or a password.</summary>
public enum UnlockVerdict : byte
{
    /// <summary>It was wrong. Never try another by itself: some modems shut down after 15 wrong codes.</summary>
    Refused = 0,
    /// <summary>It was right; the phone stays unlocked until it restarts or changes mode.</summary>
    Accepted = 1,
}

/// <summary>The reply layout shared by SPC and PASSWORD: the command byte, then 1 or 0.</summary>
internal static class UnlockPacket
{
    public static UnlockVerdict Read(string what, ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort(what, packet, 2);
        return packet[1] <= 1
            ? (UnlockVerdict)packet[1]
            : throw new MalformedReplyException(what, 1, "00 or 01", $"{packet[1]:X2}");
    }
}
