namespace ImeiAgent.Client.Desktop.Phones;

/// <summary>How a window lists phones: kept while it is open, whatever page it shows meanwhile.</summary>
public sealed class PhoneListChoice
{
    /// <summary>Words that a phone has to have; empty for all phones.</summary>
    public string Filter { get; set; } = "";

    /// <summary>Whether in a table, not on cards.</summary>
    public bool AsTable { get; set; }
}
