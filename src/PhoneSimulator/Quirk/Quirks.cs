namespace ImeiAgent.PhoneSimulator;

/// <summary>
/// How a simulated phone misbehaves. The default is a polite phone. Probabilities are 0 to 1 and are rolled by a generator seeded
/// with the phone's seed, so that a run can be repeated. <see cref="Parse"/> reads the text form of the command line.
/// </summary>
public sealed record Quirks
{
    /// <summary>A polite phone.</summary>
    public static readonly Quirks None = new();

    // Timing. Kept to some 20 us, and exactly on average.

    /// <summary><c>latency=2ms</c>: from a request's service to its reply; requests in flight share it.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary><c>service=100us</c>: how long the phone works on one request; the next one waits.</summary>
    public TimeSpan Service { get; init; }

    /// <summary><c>queue=8</c>: how many unanswered requests the phone holds, 1 or more; it drops what comes beyond. 0: 1024.</summary>
    public int QueueDepth { get; init; }

    // What arrives.

    /// <summary><c>one-frame-per-transfer</c>: of the bytes of one read, only those up to the first ended frame are looked at.</summary>
    public bool OneFramePerTransfer { get; init; }

    /// <summary>
    /// <c>old-kernel</c>: as Android's 3.4 kernels: one frame per transfer, a leading flag costs the transfer, a frame cut over two
    /// transfers is lost, a bad check is met with silence.
    /// </summary>
    public bool OldKernel { get; init; }

    /// <summary><c>silent-bad-check</c>: a frame with a bad check is dropped; else it is answered 13 and its bytes, check and flag included.</summary>
    public bool SilentOnBadCheck { get; init; }

    /// <summary><c>lose=0.01</c>: probability that a request is lost before the phone sees it.</summary>
    public double LostRequest { get; init; }

    // What is sent back.

    /// <summary><c>split=0.02</c>: probability that a reply is written in pieces of one byte.</summary>
    public double Split { get; init; }

    /// <summary><c>join=0.1</c>: probability that a reply waits for the next one when another request is already there; one write carries both.</summary>
    public double Join { get; init; }

    /// <summary><c>leading-flag=1</c>: probability that a reply begins with 7E.</summary>
    public double LeadingFlag { get; init; }

    /// <summary><c>garbage=0.01</c>: probability of random bytes and a flag before a reply.</summary>
    public double Garbage { get; init; }

    /// <summary><c>abort=0.01</c>: probability of the first half of the frame and 7D 7E (the abort sequence) before a reply.</summary>
    public double Abort { get; init; }

    /// <summary><c>unsolicited=0.2</c>: probability of a log, event, message or vendor packet before a reply.</summary>
    public double Unsolicited { get; init; }

    /// <summary><c>bad-crc=0.01</c>: probability that a reply has a wrong check.</summary>
    public double BadCheck { get; init; }

    /// <summary><c>drop=0.01</c>: probability that a request is served and its reply lost.</summary>
    public double DroppedReply { get; init; }

    /// <summary><c>duplicate=0.01</c>: probability that a reply is sent twice.</summary>
    public double DuplicateReply { get; init; }

    /// <summary><c>late=0.0005:50ms</c>: probability that a reply comes late; others overtake it.</summary>
    public double LateReply { get; init; }

    /// <summary>How late, as in <c>late=0.0005:50ms</c>.</summary>
    public TimeSpan LateBy { get; init; }

    /// <summary><c>bare-refusals</c>: a refusal is its code alone, without the echo of the request.</summary>
    public bool BareRefusals { get; init; }

    // What the phone does.

    /// <summary><c>busy=0.05</c>: probability that an NV request is answered NV_BUSY.</summary>
    public double Busy { get; init; }

    /// <summary><c>busy-first=3</c>: how many of the first NV requests are answered NV_BUSY.</summary>
    public int BusyFirst { get; init; }

    /// <summary><c>busy-writes=3</c>: how many of the first NV writes are answered NV_BUSY and not stored; reads are served.</summary>
    public int BusyWrites { get; init; }

    /// <summary><c>spc-silence=10s</c>: how long the phone is deaf after a wrong SPC or password; null leaves it to the profile.</summary>
    public TimeSpan? SpcSilence { get; init; }

    /// <summary><c>writes-need-offline</c>: NV writes are refused BAD_MODE unless the phone is in offline-digital mode.</summary>
    public bool WritesNeedOffline { get; init; }

    /// <summary>
    /// <c>writes-need-password</c>: NV writes are refused BAD_SEC_MODE until the 16-digit password FFFFFFFFFFFFFFFE came. A restart
    /// forgets that it came.
    /// </summary>
    public bool WritesNeedPassword { get; init; }

    /// <summary><c>read-only=550+1943</c>: items whose write is answered NV_READONLY; ESN and MEID always are.</summary>
    public ItemSet ReadOnly { get; init; } = ItemSet.Empty;

    /// <summary>
    /// <c>write-once=550</c>: items that take one write in each slot; later ones are answered NV_READONLY. A write counts when it is
    /// stored while this is set, and is remembered with the item: over restarts, and in the store file over a kill.
    /// </summary>
    public ItemSet WriteOnce { get; init; } = ItemSet.Empty;

    /// <summary><c>ignore-writes=550</c>: items whose write is answered NV_DONE and not stored.</summary>
    public ItemSet IgnoreWrites { get; init; } = ItemSet.Empty;

    /// <summary>
    /// <c>store-late</c>: a write is answered NV_DONE and read back, but in the phone's memory only. An orderly restart (CONTROL reset)
    /// or power-off stores it; a crash, a loss of power and a kill of the process lose it. A pulled cable does neither.
    /// </summary>
    public bool StoreLate { get; init; }

    /// <summary><c>revert=550</c>: items that take a write and have their old value again after a reset, crash, loss of power or kill.</summary>
    public ItemSet RevertAfterReset { get; init; } = ItemSet.Empty;

    /// <summary><c>wear=550</c>: items that store a write with one bit wrong.</summary>
    public ItemSet Wear { get; init; } = ItemSet.Empty;

    /// <summary><c>wear-once=550</c>: the same, but only the first write of such an item.</summary>
    public ItemSet WearOnce { get; init; } = ItemSet.Empty;

    /// <summary><c>hang-on=6873</c>: items whose read makes the phone deaf until it is plugged in anew.</summary>
    public ItemSet HangOn { get; init; } = ItemSet.Empty;

    /// <summary><c>crash-on=6873</c>: items whose read reboots the phone without a reply.</summary>
    public ItemSet CrashOn { get; init; } = ItemSet.Empty;

    /// <summary><c>reset-delay=500ms</c>: from the port's vanishing to its return after a reset or crash.</summary>
    public TimeSpan ResetDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary><c>silent-reset</c>: a reset is obeyed without a reply.</summary>
    public bool SilentReset { get; init; }

    /// <summary><c>reset-needs-offline</c>: CONTROL reset is refused BAD_MODE unless the phone is offline, analog or digital.</summary>
    public bool ResetNeedsOffline { get; init; }

    /// <summary><c>no-control</c>: CONTROL, whatever the mode, is refused BAD_CMD.</summary>
    public bool NoControl { get; init; }

    /// <summary>
    /// <c>new-name</c>: each time the phone starts again its pseudo-terminal's link comes under another name: LINK, then LINK.2, LINK.3.
    /// A cable that is pulled and put back changes nothing. Ports without a link are not concerned.
    /// </summary>
    public bool NewName { get; init; }

    /// <summary><c>die=before-store:1</c>: the phone loses power at the nth NV write, with the old value stored. 0: never.</summary>
    public int DieBeforeStore { get; init; }

    /// <summary><c>die=after-store:1</c>: the phone loses power at the nth NV write, with the new value stored (with <c>store-late</c>: lost) and no reply sent. 0: never.</summary>
    public int DieAfterStore { get; init; }

    /// <summary><c>unplug-after=100</c>: the cable is pulled at the nth request, which is served and not answered. 0: never.</summary>
    public int UnplugAfter { get; init; }

    /// <summary>Whether requests wait in a queue for their time instead of being answered as they are read.</summary>
    internal bool ArePaced => Latency > TimeSpan.Zero || Service > TimeSpan.Zero || QueueDepth > 0;

    /// <summary>Whether replies are sent in any other way than all of one read in one write.</summary>
    internal bool ShapeReplies =>
        Split + Join + LeadingFlag + Garbage + Abort + Unsolicited + BadCheck + DroppedReply + DuplicateReply + LateReply > 0;

    /// <summary>Reads <c>name=value,name=value</c>; a switch may stand alone. Later ones win. See <see cref="QuirkText.Help"/>.</summary>
    /// <exception cref="FormatException">A name is unknown or a value cannot be read; the message says which and what is possible.</exception>
    public static Quirks Parse(string text) => QuirkText.Parse(text);
}
