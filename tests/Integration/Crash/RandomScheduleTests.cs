using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>
/// Restores with peculiar phones, to which one to three things happen at moments that nobody chose: at a step of the journal or some frames
/// after it, while the restore runs or while a later agent settles what was left.
/// </summary>
public sealed class RandomScheduleTests(ITestOutputHelper output)
{
    // Most of a schedule is waiting for a phone: so many run beside each other.
    private const int Lanes = 4;

    public static TheoryData<int, int> Rows => Schedules.Rows();

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_phone_holds_old_values_or_new_ones_and_the_record_says_which(int first, int count)
    {
        Requires.Pty();
        // Who kills a phone waits for its end, on the thread of the agent that it befalls.
        ThreadPool.SetMinThreads(4 * Lanes, 4 * Lanes);
        output.WriteLine($"the same schedules again: {Schedules.AllAgain}");
        int next = first - 1;
        var ends = new List<string>();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Lanes, count)).Select(lane => Task.Run(() => RunLaneAsync(lane))));
        foreach (IGrouping<string, string> same in ends.GroupBy(end => end).OrderBy(same => same.Key, StringComparer.Ordinal))
            output.WriteLine($"{same.Count(),4} {same.Key}");
        Assert.Equal(count, ends.Count(end => end.StartsWith("ended: ", StringComparison.Ordinal)));

        async Task RunLaneAsync(int lane)
        {
            using var folder = new TemporaryFolder();
            await using PhoneKeeper keeper = await PhoneKeeper.StartAsync(folder, seed: 100 + first + lane);
            for (int number; (number = Interlocked.Increment(ref next)) < first + count;)
            {
                var schedule = Schedules.Of(number);
                var run = new ScheduleRun(schedule, folder.File("vault"), keeper);
                string end = await RunAsync(schedule, run, keeper);
                lock (ends)
                    ends.AddRange([$"ended: {end}", .. run.Happened.Select(misfortune => $"happened: {misfortune.Blow}")]);
            }
        }
    }

    private static async Task<string> RunAsync(Schedule schedule, ScheduleRun run, PhoneKeeper keeper)
    {
        string log = "";
        try
        {
            await using RestoringAgent agent = await run.RunAsync();
            try
            {
                return await new ScheduleTruth(schedule, run, keeper, agent).IsToldAsync();
            }
            finally
            {
                log = agent.Said;
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"schedule {schedule.Number} ({schedule}): {e.Message}\nIt alone again: {Schedules.Again(schedule.Number)}\n"
                + $"Happened: {string.Join("; ", run.Happened)}\n{run.Said}\n--- last agent\n{log}", e);
        }
    }
}
