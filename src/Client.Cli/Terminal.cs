using System.Text;

namespace ImeiAgent.Client.Cli;

/// <summary>What a run of the command line reads, writes and knows of its surroundings.</summary>
public sealed record Terminal
{
    /// <summary>Standard output: what was asked for.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error: progress, notes, questions, errors.</summary>
    public required TextWriter Err { get; init; }

    /// <summary>Standard input: answers to questions.</summary>
    public required TextReader In { get; init; }

    /// <summary>Whether a person looks at <see cref="Out"/>.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person looks at <see cref="Err"/>.</summary>
    public bool ErrIsTerminal { get; init; }

    /// <summary>Whether a person types into <see cref="In"/>.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>Columns, at least 20.</summary>
    public int Width { get; init; } = 80;

    /// <summary>Environment variables by name.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;

    /// <summary>Clock of progress, deadlines and pauses.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads a line without showing it; null reads it from <see cref="In"/>.</summary>
    public Func<CancellationToken, Task<string?>>? ReadSecret { get; init; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        if (!Console.IsOutputRedirected || OperatingSystem.IsWindows())
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Terminal
        {
            Out = Console.Out,
            Err = Console.Error,
            In = Console.In,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrIsTerminal = !Console.IsErrorRedirected,
            InIsTerminal = !Console.IsInputRedirected,
            Width = Console.IsOutputRedirected && Console.IsErrorRedirected ? 80 : ColumnsOfConsole(),
            Environment = System.Environment.GetEnvironmentVariable,
            ReadSecret = Console.IsInputRedirected ? null : cancellation => Task.Run(ReadHidden, CancellationToken.None).WaitAsync(cancellation),
        };
    }

    /// <summary>Reads a line that a person types; null at the end of the input.</summary>
    public Task<string?> ReadLineAsync(CancellationToken cancellation) =>
        // The console's reader blocks whatever it is asked: it must not block the token.
        Task.Run(In.ReadLine, CancellationToken.None).WaitAsync(cancellation);

    // Some terminals do not tell; then they tell 0.
    private static int ColumnsOfConsole() => Console.WindowWidth is >= 20 and int columns ? columns : 80;

    private static string? ReadHidden()
    {
        StringBuilder typed = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                return typed.ToString();
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0)
                typed.Length--;
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
    }
}
