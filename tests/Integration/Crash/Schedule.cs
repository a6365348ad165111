using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Crash;

/// <summary>What befalls an agent, its phone or its vault.</summary>
internal enum Blow
{
    /// <summary>The agent ends at once, in the middle of what it does; another one is started.</summary>
    AgentEnds,
    /// <summary>The phone loses its power.</summary>
    PowerLost,
    /// <summary>The phone's cable is pulled.</summary>
    CablePulled,
    /// <summary>The disk of the vault is full until another agent is started.</summary>
    DiskFull,
    /// <summary>The vault cannot be written until another agent is started.</summary>
    VaultReadOnly,
}

/// <summary>A blow and its moment.</summary>
/// <param name="Agent">Which agent it meets: 1 restores, the others find what was left.</param>
/// <param name="Step">The step after which agent 1 is met; others are met from their start on.</param>
/// <param name="Frames">At which frame after that the agent sends; 0: as soon as the step is on the disk.</param>
/// <param name="IsSent">Whether that frame is sent before it happens.</param>
/// <param name="Blow">What happens.</param>
internal sealed record Misfortune(int Agent, JournalState Step, int Frames, bool IsSent, Blow Blow);

/// <summary>A restore and all that goes wrong with it, made from a number.</summary>
internal sealed record Schedule
{
    /// <summary>Which one it is.</summary>
    public required int Number { get; init; }

    /// <summary>The slots to restore.</summary>
    public required int[] Slots { get; init; }

    /// <summary>What slot 1 and slot 2 hold before, in hex; empty: not active.</summary>
    public required string[] Before { get; init; }

    /// <summary>Whether the phone is to be restarted after the write.</summary>
    public required bool Restart { get; init; }

    /// <summary>How the phone misbehaves all the time.</summary>
    public required string[] Quirks { get; init; }

    /// <summary>The write at which the phone loses its power, as a quirk; else empty.</summary>
    public required string Death { get; init; }

    /// <summary>How long a phone that went away stays away.</summary>
    public required TimeSpan Away { get; init; }

    /// <summary>How long the agents wait for it.</summary>
    public required TimeSpan ReturnLimit { get; init; }

    /// <summary>One to three.</summary>
    public required Misfortune[] Misfortunes { get; init; }

    /// <summary>Whether the phone can show the new values and lose them with its power, or when it restarts.</summary>
    public bool Forgets => Quirks.Any(quirk => quirk is "store-late" or "revert=550");

    /// <summary>Whether the phone can come to hold what is neither old nor new, and not take the old back.</summary>
    public bool IsWorn => Quirks.Any(quirk => quirk is "wear=550" or "wear-once=550" or "write-once=550");

    /// <summary>The same, or not before a person has given a code.</summary>
    public bool CanBeLeftOpen => IsWorn || Quirks.Contains("writes-need-password");

    /// <summary>The schedule of a number.</summary>
    public static Schedule Of(int seed, int number)
    {
        var random = new Random(unchecked(seed + (number * 7919)));
        int[] slots = random.Next(4) switch { 0 => [1], 1 => [2], _ => [1, 2] };
        // Two ways to wait: the phone comes in time, or when nobody waits any more.
        bool late = random.Next(4) == 0;
        return new Schedule
        {
            Number = number,
            Slots = slots,
            Before = [Lost(random), Lost(random)],
            Restart = random.Next(5) != 0,
            Quirks = [.. ScheduleQuirks.Pick(random)],
            Death = random.Next(6) == 0 ? $"die={Pick(random, "before", "after")}-store:{random.Next(1, 4)}" : "",
            Away = TimeSpan.FromMilliseconds(late ? 500 : random.Next(0, 100)),
            ReturnLimit = TimeSpan.FromMilliseconds(late ? 250 : 10_000),
            Misfortunes = [.. Enumerable.Range(1, random.Next(1, 4)).Select(n => Befall(random, n))],
        };
    }

    public override string ToString() =>
        $"slots {string.Join('+', Slots)}, before {string.Join('/', Before)}, {(Restart ? "restart" : "no restart")}, "
        + $"quirks {string.Join(',', [.. Quirks, .. Death.Length > 0 ? (string[])[Death] : []])}, away {Away.TotalMilliseconds:0} ms of {ReturnLimit.TotalMilliseconds:0} ms; "
        + string.Join("; ", Misfortunes.Select(m => $"{m.Blow} at agent {m.Agent} {(m.Agent == 1 ? m.Step : "")}+{m.Frames}{(m.IsSent ? " sent" : "")}"));

    /// <summary>The first meets the agent that restores; later ones it too, or the agents that come after it.</summary>
    private static Misfortune Befall(Random random, int number)
    {
        int agent = random.Next(2) == 0 ? 1 : number;
        var step = (JournalState)random.Next((int)JournalState.Checked, (int)JournalState.Closed + 1);
        // An agent that finds a phone asks it some ten questions before it looks at what was left open.
        int frames = agent > 1 ? random.Next(8, 28) : random.Next(2) == 0 ? 0 : random.Next(1, 8);
        return new Misfortune(agent, step, frames, random.Next(2) == 0, (Blow)random.Next(5));
    }

    private static string Lost(Random random) => random.Next(5) switch
    {
        0 or 1 => Numbers.Zeros,
        2 => "",
        3 => "FFFFFFFFFFFFFFFFFF",
        // The number of the label with a wrong digit.
        _ => "083A65390853468391",
    };

    internal static string Pick(Random random, params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];
}
