using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Crash;

/// <summary>What goes wrong.</summary>
public enum Fault
{
    /// <summary>The agent is killed, SIGKILL.</summary>
    AgentKilled,
    /// <summary>The phone loses its power, with what it was given not stored.</summary>
    PowerLostBeforeStore,
    /// <summary>The phone loses its power, with what it was given stored.</summary>
    PowerLostAfterStore,
    /// <summary>The phone's cable is pulled; the phone stays on.</summary>
    CablePulled,
    /// <summary>The disk of the vault is full, until the agent is started anew.</summary>
    DiskFull,
    /// <summary>The vault's file cannot be written, until the agent is started anew.</summary>
    VaultReadOnly,
}

/// <summary>When a phone that went away is there again.</summary>
public enum PhoneBack
{
    /// <summary>It never went away.</summary>
    Stays,
    /// <summary>While the restore waits for it.</summary>
    InTime,
    /// <summary>When the restore has given up and its agent was killed.</summary>
    Late,
}

/// <summary>One misfortune of one restore.</summary>
/// <param name="Step">The step of the journal that is on the disk when it happens.</param>
/// <param name="Fault">What goes wrong.</param>
/// <param name="Back">When the phone is back.</param>
/// <param name="Write">At the step <see cref="JournalState.Intent"/>: the write, from 1, that costs the phone its power.</param>
internal sealed record CrashCase(JournalState Step, Fault Fault, PhoneBack Back, int Write)
{
    /// <summary>Whether the phone loses its power by itself, at a write.</summary>
    public bool PhoneDiesAtWrite => Step == JournalState.Intent && Fault is Fault.PowerLostBeforeStore or Fault.PowerLostAfterStore;

    /// <summary>How the phone has to misbehave for it.</summary>
    public string Quirks => (Fault, PhoneDiesAtWrite) switch
    {
        (Fault.PowerLostBeforeStore, true) => $"die=before-store:{Write},{Brief}",
        (Fault.PowerLostAfterStore, true) => $"die=after-store:{Write},{Brief}",
        // A phone that stores what it took only at an orderly end has it not stored at any step before that.
        (Fault.PowerLostBeforeStore, false) => $"store-late,{Brief}",
        _ => Brief,
    };

    /// <summary>A phone without faults.</summary>
    public const string Brief = "reset-delay=20ms";

    /// <summary>What the agent does to itself at the step.</summary>
    public Deed Deed => Fault switch
    {
        Fault.AgentKilled => Deed.Die,
        Fault.DiskFull => Deed.FillDisk,
        Fault.VaultReadOnly => Deed.MakeReadOnly,
        _ => PhoneDiesAtWrite ? Deed.None : Deed.Ask,
    };

    /// <summary>How the journal's row has to end.</summary>
    /// <param name="slots">How many slots are written.</param>
    public WriteOutcome[] Outcomes(int slots) => (Step, Fault) switch
    {
        (JournalState.Checked, _) => [WriteOutcome.Refused],
        (JournalState.BackedUp, Fault.AgentKilled or Fault.DiskFull or Fault.VaultReadOnly) => [WriteOutcome.Refused],
        // Whether a byte left for a phone that goes away at this moment is a matter of microseconds.
        (JournalState.BackedUp, _) => [WriteOutcome.Refused, WriteOutcome.RolledBack],
        (JournalState.Intent, Fault.AgentKilled or Fault.PowerLostBeforeStore) => [WriteOutcome.RolledBack],
        (JournalState.Intent, Fault.PowerLostAfterStore) => [Write == slots ? WriteOutcome.Applied : WriteOutcome.RolledBack],
        (JournalState.Intent, Fault.CablePulled) => [WriteOutcome.Refused, WriteOutcome.RolledBack],
        (JournalState.Sent, Fault.PowerLostBeforeStore) => [WriteOutcome.RolledBack],
        (JournalState.ReadBack or JournalState.Reset, Fault.PowerLostBeforeStore) => [WriteOutcome.NotInEffect],
        _ => [WriteOutcome.Applied],
    };
}
