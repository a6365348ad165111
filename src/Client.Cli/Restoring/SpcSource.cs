namespace ImeiAgent.Client.Cli.Restoring;

// The service programming code: from the option, a question, a line of input, or the environment. It is never printed.
internal static class SpcSource
{
    private const int Digits = 6;

    /// <summary>The code, or the empty string when none was given.</summary>
    public static async Task<string> ReadAsync(Invocation invocation, string? option)
    {
        Terminal terminal = invocation.Terminal;
        string? spc = option switch
        {
            null => terminal.Environment("IMEI_SPC"),
            "-" => await AskAsync(invocation).ConfigureAwait(false),
            _ => option,
        };
        if (string.IsNullOrEmpty(spc) && option is null)
            return "";
        return spc is { Length: Digits } && spc.All(char.IsAsciiDigit)
            ? spc
            : throw CliException.Usage($"The service programming code has {Digits} digits.");
    }

    private static async Task<string?> AskAsync(Invocation invocation)
    {
        Terminal terminal = invocation.Terminal;
        if (terminal.InIsTerminal)
            invocation.Screen.Ask("Service programming code (not shown): ");
        string? typed = terminal.ReadSecret is { } readSecret
            ? await readSecret(invocation.Cancellation).ConfigureAwait(false)
            : await terminal.ReadLineAsync(invocation.Cancellation).ConfigureAwait(false);
        if (terminal.InIsTerminal)
            invocation.Screen.Say("");
        return typed?.Trim();
    }
}
