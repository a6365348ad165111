using System.Text.Json;
using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Crash;

/// <summary>What a child agent does to itself at a step.</summary>
internal enum Deed
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>It is killed.</summary>
    Die,
    /// <summary>Its disk is full.</summary>
    FillDisk,
    /// <summary>Its vault cannot be written.</summary>
    MakeReadOnly,
    /// <summary>It says "at STEP" and waits for a line.</summary>
    Ask,
}

/// <summary>What a child agent is to do.</summary>
/// <param name="Vault">Directory of its vault.</param>
/// <param name="Port">Port of its phone.</param>
/// <param name="RequestId">Id of the restore it carries out.</param>
/// <param name="Slots">The slots it writes.</param>
/// <param name="Step">The step at which something happens.</param>
/// <param name="Deed">What happens there.</param>
/// <param name="ReturnLimit">How long it waits for a phone that went away.</param>
internal sealed record ChildOrders(string Vault, string Port, string RequestId, int[] Slots, JournalState Step, Deed Deed, TimeSpan ReturnLimit)
{
    public const string Variable = "IMEIAGENT_TEST_RESTORE";

    public override string ToString() => JsonSerializer.Serialize(this);

    public static ChildOrders Parse(string text) => JsonSerializer.Deserialize<ChildOrders>(text)!;
}
