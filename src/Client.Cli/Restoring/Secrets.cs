using System.CommandLine;

namespace ImeiAgent.Client.Cli.Restoring;

// What opens a phone for writing: from the option, a question, a line of input, or the environment. It is never printed.
internal static class Secrets
{
    private const string Seen = "Other users may see arguments in process lists: prefer - or the variable ";

    public static Option<string> SpcOption() => new("--spc")
    {
        Description = $"Service programming code, 6 digits; - asks for it, or reads a line of standard input. {Seen}IMEI_SPC.",
        HelpName = "CODE",
    };

    public static Option<string> PasswordOption() => new("--password")
    {
        Description = $"Security password, 16 hex digits, for a phone that asks for it; - asks for it, or reads a line of standard input. {Seen}IMEI_PASSWORD.",
        HelpName = "HEX",
    };

    /// <summary>The service programming code, or the empty string when none was given.</summary>
    public static Task<string> SpcAsync(Invocation invocation, string? option) =>
        ReadAsync(invocation, option, "service programming code", "IMEI_SPC", 6, char.IsAsciiDigit, "digits");

    /// <summary>The security password, or the empty string when none was given.</summary>
    public static Task<string> PasswordAsync(Invocation invocation, string? option) =>
        ReadAsync(invocation, option, "security password", "IMEI_PASSWORD", 16, char.IsAsciiHexDigit, "hex digits");

    private static async Task<string> ReadAsync(
        Invocation invocation, string? option, string what, string variable, int length, Func<char, bool> isDigit, string digits)
    {
        string? secret = option switch
        {
            null => invocation.Terminal.Environment(variable),
            "-" => await AskAsync(invocation, what).ConfigureAwait(false),
            _ => option,
        };
        if (string.IsNullOrEmpty(secret) && option is null)
            return "";
        return secret is not null && secret.Length == length && secret.All(isDigit)
            ? secret
            : throw CliException.Usage($"The {what} has {length} {digits}{(option is null ? $": the variable {variable} holds something else" : "")}.");
    }

    private static async Task<string?> AskAsync(Invocation invocation, string what)
    {
        Terminal terminal = invocation.Terminal;
        if (terminal.InIsTerminal)
            invocation.Screen.Ask($"{char.ToUpperInvariant(what[0])}{what[1..]} (not shown): ");
        string? typed = terminal.ReadSecret is { } readSecret
            ? await readSecret(invocation.Cancellation).ConfigureAwait(false)
            : await terminal.ReadLineAsync(invocation.Cancellation).ConfigureAwait(false);
        if (terminal.InIsTerminal)
            invocation.Screen.Say("");
        return typed?.Trim();
    }
}
