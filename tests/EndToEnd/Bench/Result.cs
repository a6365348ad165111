using System.Text.Json;
using ImeiAgent.Client.Cli;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>What a run of <c>imei</c> returned.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Err">Standard error.</param>
public sealed record Result(ExitCode Code, string Out, string Err)
{
    /// <summary>Fails, showing what was printed, unless it ended with <paramref name="code"/> and said each of <paramref name="parts"/>.</summary>
    public Result Ended(ExitCode code, params string[] parts)
    {
        Assert.True(Code == code, $"ended with {Code} instead of {code}:\n{Out}{Err}");
        foreach (string part in parts)
            Assert.Contains(part, Out + Err, StringComparison.Ordinal);
        return this;
    }

    /// <summary>Standard output as JSON messages, one a line; fails when a line is none.</summary>
    public IReadOnlyList<JsonElement> Messages => Parse(Out);

    /// <summary>Standard error as JSON messages.</summary>
    public IReadOnlyList<JsonElement> Errors => Parse(Err);

    private static JsonElement[] Parse(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        return [.. lines.Select(line => JsonElement.Parse(line))];
    }
}
