using System.Globalization;
using ImeiAgent.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ImeiAgent.Client.Cli.Reading;

// How far a read has come, on stderr: a live bar for a person, else a plain line every few seconds.
internal static class ProgressReport
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <summary>Runs <paramref name="work"/>, which tells its progress to the given action.</summary>
    public static async Task RunAsync(Screen screen, TimeProvider time, Func<Action<ReadProgress>, Task> work)
    {
        if (!screen.Live)
        {
            await work(Plain(screen, time)).ConfigureAwait(false);
            return;
        }

        using IDisposable drawing = screen.Draw();
        await screen.Err.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DetailColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("reading", maxValue: 1);
                await work(progress =>
                {
                    bar.Description = $"SIM {progress.Slot}";
                    bar.MaxValue = Math.Max(1, progress.Total);
                    bar.Value = progress.Done;
                    bar.Tag = Describe(progress);
                }).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    public static string Describe(ReadProgress progress)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{progress.Done:N0}/{progress.Total:N0} items, {progress.Active:N0} active");
        if (progress.ItemsPerSecond > 0)
            text += string.Create(CultureInfo.InvariantCulture, $", {progress.ItemsPerSecond:N0}/s");
        if (progress.Window > 0)
            text += string.Create(CultureInfo.InvariantCulture, $", window {progress.Window}");
        if (progress.Remaining is { } remaining)
            text += $", {Duration(remaining.ToTimeSpan())} left";
        return text;
    }

    public static string Duration(TimeSpan span) => span < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s");

    private static Action<ReadProgress> Plain(Screen screen, TimeProvider time)
    {
        long last = time.GetTimestamp();
        return progress =>
        {
            if (time.GetElapsedTime(last) < BetweenLines)
                return;
            last = time.GetTimestamp();
            screen.Note(Describe(progress));
        };
    }

    private sealed class DetailColumn : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Tag as string ?? "");
    }
}
