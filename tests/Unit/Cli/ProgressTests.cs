using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Cli;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class ProgressTests
{
    [Fact]
    public void Progress_says_items_active_rate_window_and_time_left() => Assert.Equal(
        "12,000/65,536 items, 700 active, 8,200/s, window 16, 1 min 5 s left",
        ProgressReport.Describe(new ReadProgress
        {
            Done = 12000,
            Total = 65536,
            Active = 700,
            ItemsPerSecond = 8200,
            Window = 16,
            Remaining = Duration.FromTimeSpan(TimeSpan.FromSeconds(65)),
        }));

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 0)]
    public async Task Where_nobody_watches_it_is_a_line_every_five_seconds_at_most_and_none_when_quiet(bool quiet, int expected)
    {
        FakeTimeProvider time = new();
        using StringWriter error = new();
        Screen screen = new(new Terminal { Out = TextWriter.Null, Err = error, In = TextReader.Null }, json: false, quiet);

        await ProgressReport.RunAsync(screen, time, report =>
        {
            for (uint second = 1; second <= 12; second++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                report(new ReadProgress { Done = second, Total = 12, Slot = 1 });
            }
            return Task.CompletedTask;
        });

        Assert.Equal(expected, error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task The_live_bar_stays_off_standard_output()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWatchJob = Samples.Watch(131072);

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Colour = true }, "backup");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.StartsWith("Read 131,072 items in 3.5 s: 4,000 active", Assert.Single(run.OutLines), StringComparison.Ordinal);
        Assert.Contains("\u001B[", run.Err, StringComparison.Ordinal);
    }
}
