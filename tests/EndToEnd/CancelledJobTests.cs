using ImeiAgent.Client;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>A cancelled dump asks the phone nothing more.</summary>
public sealed class CancelledJobTests(ITestOutputHelper output)
{
    private const int Rounds = 3;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Once_a_job_is_cancelled_the_phone_hears_at_most_what_was_under_way()
    {
        await using var bench = new Bench();
        // It works at one request for so long that all others of a window wait in it.
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy", seed: 72, "service=1ms");
        PhoneCounters heard = phone.Phone.Counters;
        await bench.StartAgentAsync();
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(bench.Endpoint));
        Random random = Kills.RandomOf(0, output);

        for (int round = 0; round < Rounds; round++)
        {
            // The dump is under way, and the window has grown.
            string job = (await client.StartDumpAsync(new() { Ranges = { new NvRange { First = 0, Last = 65535 } } }, Ct)).Job.Name;
            Job running = null!;
            await Eventually.HoldsAsync(async () => (running = (await client.GetJobAsync(new() { Name = job }, Ct)).Job).Progress.Done >= 100);
            Assert.Equal((JobState.Running, (uint)Bench.Window), (running.State, running.Progress.Window));
            await Task.Delay(random.Next(200), Ct);

            // It is cancelled.
            long before = heard.AllRequests;
            Job cancelled = (await client.CancelJobAsync(new() { Name = job }, Ct)).Job;
            long at = heard.AllRequests;

            // Nothing is heard but what had been sent, and then nothing at all.
            await Task.Delay(200, Ct);
            long bytes = heard.BytesReceived, later = heard.AllRequests;
            await Task.Delay(300, Ct);
            output.WriteLine($"heard while it was being cancelled: {at - before}, in 200 ms after: {later - at}");
            Assert.Equal(JobState.Cancelled, cancelled.State);
            Assert.InRange(cancelled.Progress.Done, 100u, 60_000u);
            Assert.InRange(later - at, 0, Bench.Window);
            Assert.Equal((later, bytes), (heard.AllRequests, heard.BytesReceived));
        }
    }
}
