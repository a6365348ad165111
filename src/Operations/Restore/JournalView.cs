using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>A journal row as a person sees it.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Receipt">What it did or is doing.</param>
/// <param name="Hint">What will settle it; empty when it is closed.</param>
/// <param name="IsUnderWay">Its restore is being carried out at this moment, so that nobody can settle it.</param>
public sealed record JournalView(JournalState State, RestoreReceipt Receipt, string Hint, bool IsUnderWay);

/// <summary>A page of journal rows, newest first.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="NextPage">Token of the next page; empty at the end.</param>
public sealed record JournalPage(IReadOnlyList<JournalView> Rows, string NextPage);

/// <summary>Asks to settle a row.</summary>
public sealed record SettleRequest
{
    /// <summary>Name of the row, as in "journal/17".</summary>
    public string Name { get; init; } = "";

    /// <summary>Why, 3 to 500 characters.</summary>
    public string Reason { get; init => field = FreeText.Masked(value); } = "";

    /// <summary>Close the row as it is, with an unknown outcome, whatever the phone holds.</summary>
    public bool ByHand { get; init; }

    /// <summary>Service programming code, 6 digits; empty for none. Sent once when the phone asks; never kept.</summary>
    public string Spc { get; init; } = "";

    /// <summary>Security password, 16 hex digits; empty for none. Sent once when the phone asks; never kept.</summary>
    public string Password { get; init; } = "";

    /// <summary>Who asks.</summary>
    public Caller By { get; init; } = Caller.Agent;

    /// <summary>Says nothing of the codes.</summary>
    public override string ToString() => $"settle {Name}";
}
