namespace ImeiAgent.PhoneSimulator.Commands;

/// <summary>The operating mode, with the numbers of DIAG_CONTROL_F.</summary>
internal enum OperatingMode : ushort
{
    OfflineAnalog = 0,
    OfflineDigital = 1,
    Reset = 2,
    FactoryTest = 3,
    Online = 4,
    LowPower = 5,
    PowerOff = 6,
}

/// <summary>What a restart forgets.</summary>
internal sealed class PhoneState
{
    /// <summary>The present mode.</summary>
    public OperatingMode Mode { get; set; } = OperatingMode.Online;

    /// <summary>Whether the right SPC came.</summary>
    public bool Unlocked { get; set; }

    /// <summary>Timestamp until which the phone is deaf; 0: it listens.</summary>
    public long DeafUntil { get; set; }

    /// <summary>Whether it is off or restarting.</summary>
    public bool IsDown { get; set; }

    public void PowerOn()
    {
        Mode = OperatingMode.Online;
        Unlocked = false;
        DeafUntil = 0;
        IsDown = false;
    }
}
