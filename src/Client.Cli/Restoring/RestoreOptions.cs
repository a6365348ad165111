using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImeiAgent.Client.Cli.Restoring;

/// <summary>The options that say which slots get which numbers, and what of them goes together.</summary>
internal sealed class RestoreOptions
{
    private const string Digits = "14 to 17 digits";

    private readonly Option<string> _label = new("--label")
    {
        Description = $"The number on the label, box or invoice: {Digits}. Needs --evidence.",
        HelpName = "DIGITS",
    };

    private readonly Option<string> _from = new("--from")
    {
        Description = "A backup of this phone: an existing file or anything that ends in .txt is imported; else the name of a snapshot. A file does not say which SIM it holds: --from-sim, else --sim, does.",
        HelpName = "SNAPSHOT|FILE",
    };

    private readonly Option<string> _label2 = new("--label2")
    {
        Description = "The number of SIM 2, written together with that of SIM 1: both or none.",
        HelpName = "DIGITS",
    };

    private readonly Option<string> _from2 = new("--from2") { Description = "The same from a backup.", HelpName = "SNAPSHOT|FILE" };

    private readonly Option<string> _sim = SimOption.OneOrBoth("SIM slot to write; both takes each number from its slot of one --from snapshot.", "1");

    private readonly Option<uint> _fromSim =
        SimOption.One("--from-sim", "SIM slot of the backup to take the number from, when it is not the slot that is written.", null);

    private readonly Option<uint> _fromSim2 = SimOption.One("--from-sim2", "The same for --from2.", null);

    private readonly Option<string> _evidence = new("--evidence")
    {
        Description = "What proves that the number is this phone's: a photo, an invoice, a ticket. Kept with the receipt. Needed with a label, and with a file.",
        HelpName = "TEXT",
    };

    private readonly Option<string> _etag = new("--etag") { Description = "With --request-id: the etag that was printed with it.", HelpName = "TEXT" };

    private readonly Option<string> _etag2 = new("--etag2") { Description = "The same for SIM 2 of two.", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_label, _from, _label2, _from2, _sim, _fromSim, _fromSim2, _evidence, _etag, _etag2])
            command.Options.Add(option);
        command.Validators.Add(Check);
    }

    /// <summary>Whether an etag was given.</summary>
    public bool HasEtag(SymbolResult result) => Has(result, _etag) || Has(result, _etag2);

    public string Evidence(ParseResult parsed) => parsed.GetValue(_evidence) ?? "";

    /// <summary>Whether both numbers come from one backup.</summary>
    public bool FromOneBackup(ParseResult parsed) =>
        parsed.GetRequiredValue(_sim) == SimOption.Both && parsed.GetValue(_label2) is null && parsed.GetValue(_from2) is null;

    public IReadOnlyList<SlotOrder> Slots(ParseResult parsed)
    {
        string sim = parsed.GetRequiredValue(_sim);
        SlotOrder first = new()
        {
            Slot = sim == "2" ? 2u : 1u,
            Label = parsed.GetValue(_label),
            From = parsed.GetValue(_from),
            FromSlot = parsed.GetValue(_fromSim),
            Etag = parsed.GetValue(_etag) ?? "",
        };
        SlotOrder second = new()
        {
            Slot = 2,
            Label = parsed.GetValue(_label2),
            From = parsed.GetValue(_from2),
            FromSlot = parsed.GetValue(_fromSim2),
            Etag = parsed.GetValue(_etag2) ?? "",
        };
        if (second.Label is not null || second.From is not null)
            return [first, second];
        return FromOneBackup(parsed) ? [first, second with { From = first.From }] : [first];
    }

    private void Check(CommandResult result)
    {
        bool second = Has(result, _label2) || Has(result, _from2);
        string sim = result.GetResult(_sim) is { Implicit: false, Tokens: [var typed] } ? typed.Value : "";
        if (Has(result, _label) == Has(result, _from))
            result.AddError("Give one of --label and --from" + (second ? ": it is SIM 1, and --label2 or --from2 is SIM 2. SIM 2 alone: --sim 2 with --label or --from." : "."));
        if (Has(result, _label2) && Has(result, _from2))
            result.AddError("Give one of --label2 and --from2.");
        if (second && sim is "1" or "2")
            result.AddError("With --label2 or --from2 both SIMs are written, --label or --from being SIM 1: leave --sim out.");
        if (sim == SimOption.Both && !second && Has(result, _label))
            result.AddError("--sim both takes both numbers from one backup, --from NAME. From labels: --label (SIM 1) and --label2 (SIM 2).");
        if (Has(result, _fromSim) && (!Has(result, _from) || (sim == SimOption.Both && !second)))
            result.AddError("--from-sim belongs to --from of one SIM.");
        if (Has(result, _fromSim2) && !Has(result, _from2))
            result.AddError("--from-sim2 belongs to --from2.");
        if (Has(result, _etag2) && !second && sim != SimOption.Both)
            result.AddError("--etag2 is for a restore of both SIMs.");
        if ((Has(result, _label) || Has(result, _label2)) && !Has(result, _evidence))
            result.AddError("A number from a label needs --evidence: say what proves that it is this phone's, as in --evidence \"photo of the label in ticket 4711\".");
    }

    private static bool Has(SymbolResult result, Option option) => result.GetResult(option) is not null;
}
