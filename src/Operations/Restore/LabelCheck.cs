using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>What a label that is being typed is worth: the answer that a restore would give, before there is one.</summary>
public static class LabelCheck
{
    // 13 digits may become an IMEI, 18 never do.
    private const int FewestDigits = Imei.DigitCount - 1;

    /// <summary>Checks the number alone, by the rules of a restore. Nothing of it is kept.</summary>
    /// <param name="label">What was typed so far, at most 300 characters; may be empty.</param>
    /// <exception cref="OperationException">It is too long for anything a person types.</exception>
    public static LabelVerdict Run(string label)
    {
        if (label.Length > RestoreChecks.LongestName)
            throw Faults.Argument("label", "at most 300 characters are expected.");
        var read = ImeiLabel.Read(label);
        bool isIncomplete = read is { Fault: ImeiFault.WrongLength, DigitCount: < FewestDigits };
        return new LabelVerdict(read, isIncomplete, Faults.Describe(read, isIncomplete));
    }
}

/// <summary>What became of a label.</summary>
/// <param name="Label">The number, or why it is none.</param>
/// <param name="IsIncomplete">Digits are missing, and nothing else is wrong so far.</param>
/// <param name="Text">What a person should know of it, without its digits; empty when there is nothing to say.</param>
public sealed record LabelVerdict(ImeiLabel Label, bool IsIncomplete, string Text);
