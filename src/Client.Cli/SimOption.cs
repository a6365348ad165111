using System.CommandLine;

namespace ImeiAgent.Client.Cli;

// --sim in its two forms.
internal static class SimOption
{
    public const string Both = "both";

    public static Option<uint> One(string name, string description, uint? fallback = 1)
    {
        Option<uint> option = new(name) { Description = description, HelpName = "1|2" };
        if (fallback is { } slot)
            option.DefaultValueFactory = _ => slot;
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not ("1" or "2"))
                result.AddError($"{name} is 1 or 2.");
        });
        return option;
    }

    public static Option<string> OneOrBoth(string description, string fallback = Both)
    {
        Option<string> option = new("--sim") { Description = description, HelpName = "1|2|both", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not ("1" or "2" or Both))
                result.AddError("--sim is 1, 2 or both.");
        });
        return option;
    }
}
