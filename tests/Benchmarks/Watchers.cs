using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>A hundred watchers of one job, ten of which stop reading, against the same dump unwatched; and what they cost in memory.</summary>
internal static class Watchers
{
    private const int All = 100;
    private const int Stalled = 10;

    // A phone as phones are: 200 us of work an item.
    private const string Phone = "service=200us";

    public static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, int rounds, CancellationToken ct)
    {
        await using Shop shop = await Shop.OpenAsync(programs, phones: 1, Phone, ct);
        await shop.DumpAsync(shop.Ports[0], ct);
        List<double> ratios = [];
        double before = shop.ResidentMiB(), most = before;
        for (int round = 0; round < rounds; round++)
        {
            double alone = (await shop.DumpAsync(shop.Ports[0], ct)).TotalSeconds;
            before = shop.ResidentMiB();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
            Task<TimeSpan> dump = shop.DumpAsync(shop.Ports[0], ct);
            string job = await NameAsync(shop, ct);
            Task<long>[] watchers = [.. Enumerable.Range(0, All).Select(n => WatchAsync(shop, job, stall: n < Stalled, end.Token))];
            while (!dump.IsCompleted)
            {
                most = Math.Max(most, shop.ResidentMiB());
                await Task.WhenAny(dump, Task.Delay(200, ct));
            }
            ratios.Add((await dump).TotalSeconds / alone);
            long[] items = await Task.WhenAll(watchers.Skip(Stalled));
            if (items.Any(count => count != 65536))
                throw new InvalidOperationException($"a watcher got {items.Min()} items");
            await end.CancelAsync();
            await Task.WhenAll(watchers.Take(Stalled));
        }
        return
        [
            Row.AtMost($"{All} watchers, {Stalled} stalled: time of the dump against unwatched", 1.1, Rounds.Median(ratios), "", $"200 us an item"),
            Row.Of("the same: growth of the agent's memory", $"{most - before:0} MiB ({before:0} MiB before, {most:0} MiB at most)"),
        ];
    }

    private static async Task<string> NameAsync(Shop shop, CancellationToken ct)
    {
        var jobs = new JobService.JobServiceClient(shop.Channel);
        while (true)
        {
            ListJobsResponse list = await jobs.ListJobsAsync(new ListJobsRequest { PageSize = 1 }, cancellationToken: ct);
            if (list.Jobs is [{ State: JobState.Running } job])
                return job.Name;
            await Task.Delay(10, ct);
        }
    }

    /// <summary>Reads the job to its end and returns how many items came; a stalled watcher reads two messages and then nothing.</summary>
    private static async Task<long> WatchAsync(Shop shop, string job, bool stall, CancellationToken ct)
    {
        long items = 0;
        try
        {
            using var call = new JobService.JobServiceClient(shop.Channel).WatchJob(new WatchJobRequest { Name = job }, cancellationToken: ct);
            for (int message = 0; await call.ResponseStream.MoveNext(ct); message++)
            {
                items += call.ResponseStream.Current.Batch?.Items.Count ?? 0;
                if (stall && message == 1)
                    await Task.Delay(Timeout.Infinite, ct);
            }
        }
        catch (Exception e) when (stall && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // It was to stall until the end.
        }
        return items;
    }
}
