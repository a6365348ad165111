namespace ImeiAgent.PhoneSimulator;

/// <summary>What a simulated phone is, apart from its seed.</summary>
public sealed record PhoneProfile
{
    /// <summary>The IMEI of slot 1 of the healthy profiles.</summary>
    public const string Slot1Imei = "356938035643809";

    /// <summary>The IMEI of slot 2 of the healthy profiles.</summary>
    public const string Slot2Imei = "490154203237518";

    /// <summary>The name for <c>--profile</c>.</summary>
    public required string Name { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Description { get; init; }

    /// <summary>Model, as EXT_BUILD_ID tells it.</summary>
    public string Model { get; init; } = "SM-G991U";

    /// <summary>Firmware build, as EXT_BUILD_ID tells it.</summary>
    public string Build { get; init; } = "G991USQU5CVF1";

    /// <summary>Whether it answers AT commands and never DIAG.</summary>
    public bool SpeaksAtOnly { get; init; }

    /// <summary>Whether 4B 30 reaches two subscriptions; else it is refused as unknown.</summary>
    public bool DualSim { get; init; } = true;

    /// <summary>The service programming code, 6 digits.</summary>
    public string Spc { get; init; } = "000000";

    /// <summary>Whether NV writes are refused BAD_SPC_MODE until the right SPC came.</summary>
    public bool WritesNeedSpc { get; init; }

    /// <summary>How long it is deaf after a wrong SPC.</summary>
    public TimeSpan SpcSilence { get; init; }

    /// <summary>Whether the IMEI of slot 1 is zeroed and slot 2 has none.</summary>
    public bool ImeiLost { get; init; }

    /// <summary>Whether a write of item 550 is answered NV_READONLY.</summary>
    public bool ImeiReadOnly { get; init; }

    /// <summary>All profiles.</summary>
    public static IReadOnlyList<PhoneProfile> All { get; } =
    [
        new() { Name = "galaxy", Description = "healthy dual-SIM phone with a Snapdragon modem" },
        new()
        {
            Name = "galaxy-imei-lost", Description = "the same after its IMEIs got lost: slot 1 zeroed, slot 2 not active", ImeiLost = true,
        },
        new()
        {
            Name = "galaxy-spc-locked", Description = "IMEIs lost, writes refused until SPC 613908, deaf for 10 s after a wrong one",
            ImeiLost = true, Spc = "613908", WritesNeedSpc = true, SpcSilence = TimeSpan.FromSeconds(10),
        },
        new()
        {
            Name = "galaxy-write-protected", Description = "IMEIs lost, item 550 is read-only", ImeiLost = true, ImeiReadOnly = true,
        },
        new() { Name = "galaxy-single-sim", Description = "healthy phone without the NV subsystem", DualSim = false, Model = "SM-G981U", Build = "G981USQU2DVG6" },
        new() { Name = "exynos", Description = "not a Qualcomm modem: the port answers AT commands, never DIAG", SpeaksAtOnly = true, Model = "SM-G991B", Build = "G991BXXU5CVF3" },
    ];

    /// <summary>The profile of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists all.</exception>
    public static PhoneProfile Find(string name) =>
        All.FirstOrDefault(profile => profile.Name == name)
        ?? throw new ArgumentException($"no profile is called '{name}'; there are: {string.Join(", ", All.Select(profile => profile.Name))}");
}
