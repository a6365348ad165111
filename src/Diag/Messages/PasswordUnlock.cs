using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_PASSWORD_F (0x46): the "16-digit" security password of old CDMA phones. Modern phones refuse the command or the password.
/// <code>
/// request, 9 bytes
///   0  u8       46
///   1  byte[8]  password, two hex digits a byte
/// reply, 2 bytes
///   0  u8       46
///   1  u8       1 accepted, 0 refused
/// </code>
/// Never sent twice.
/// </summary>
public readonly record struct PasswordRequest(SecurityPassword Password) : IDiagRequest<UnlockVerdict>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.Password]);

    /// <inheritdoc/>
    public bool IsIdempotent => false;

    /// <inheritdoc/>
    public int MaxLength => 1 + SecurityPassword.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.Password;
        Password.CopyTo(destination[1..]);
        return 1 + SecurityPassword.Length;
    }

    /// <inheritdoc/>
    public UnlockVerdict Read(ReadOnlySpan<byte> packet) => UnlockPacket.Read("PASSWORD reply", packet);
}
