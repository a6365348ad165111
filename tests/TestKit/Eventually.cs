using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace ImeiAgent.TestKit;

/// <summary>Waits for a condition that has no signal, up to a deadline. Where there is a signal, await that.</summary>
public static class Eventually
{
    // Longer each time: whoever asks a hundred times a second takes the processor from what is waited for.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(10), s_longestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long tests wait before they call something lost; generous, for machines under load.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Returns as soon as <paramref name="condition"/> holds; fails with its text after the deadline.</summary>
    public static Task HoldsAsync(
        Func<bool> condition, TimeSpan? deadline = null, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        HoldsAsync(() => Task.FromResult(condition()), deadline, text);

    /// <summary>Returns as soon as <paramref name="condition"/> holds; fails with its text after the deadline.</summary>
    public static async Task HoldsAsync(
        Func<Task<bool>> condition, TimeSpan? deadline = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        TimeSpan limit = deadline ?? Deadline;
        var watch = Stopwatch.StartNew();
        for (TimeSpan pause = s_firstPause; !await condition(); pause = pause < s_longestPause ? 1.5 * pause : s_longestPause)
        {
            if (watch.Elapsed > limit)
                Assert.Fail($"After {limit.TotalSeconds:0.#} s it still does not hold: {text}");
            await Task.Delay(pause);
        }
    }
}
