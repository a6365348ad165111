namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_EVENT_REPORT_F (0x60): event packets off.
/// <code>
/// request, 2 bytes
///   0  u8   60
///   1  u8   0 off, 1 on
/// reply, 3 bytes
///   0  u8   60
///   1  u16  length of the events that follow: 0
/// </code>
/// An unsolicited event begins with 60 too, but has a length that is not zero. It must not be taken for the reply, so the reply's
/// key is all three bytes.
/// </summary>
public readonly record struct EventsDisableRequest : IDiagRequest<bool>
{
    private const int Length = 2;

    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.EventReport, 0, 0]);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.EventReport;
        destination[1] = 0;
        return Length;
    }

    /// <summary>True: the reply has no field that could say no.</summary>
    public bool Read(ReadOnlySpan<byte> packet) => true;
}
