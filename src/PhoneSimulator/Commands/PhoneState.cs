using ImeiAgent.Diag.Messages;

namespace ImeiAgent.PhoneSimulator.Commands;

/// <summary>What a restart forgets.</summary>
internal sealed class PhoneState
{
    /// <summary>The present mode.</summary>
    public OperatingMode Mode { get; set; } = OperatingMode.Online;

    /// <summary>Whether the right SPC came.</summary>
    public bool Unlocked { get; set; }

    /// <summary>Whether the right security password came.</summary>
    public bool PasswordGiven { get; set; }

    /// <summary>Timestamp until which the phone is deaf; 0: it listens.</summary>
    public long DeafUntil { get; set; }

    /// <summary>Whether it is off or restarting.</summary>
    public bool IsDown { get; set; }

    public void PowerOn()
    {
        Mode = OperatingMode.Online;
        Unlocked = false;
        PasswordGiven = false;
        DeafUntil = 0;
        IsDown = false;
    }
}
