using System.Diagnostics;
using Grpc.Net.Client;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// A busy shop: 200 clients that watch and 50 that call, each over a TLS connection of its own, for so many minutes against eight phones, of
/// which seven are dumped, two at a time, and one is unplugged and plugged in again and again. Nothing may fail, and the agent's memory must not grow.
/// </summary>
internal static class Load
{
    private const int Phones = 8;
    private const int Watchers = 200;
    private const int Callers = 50;
    private const int Certificates = 10;
    private const int DumpsAtOnce = 2;

    // A phone as phones are: 200 us of work an item.
    private const string Phone = "service=200us";

    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_replug = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, int minutes, CancellationToken ct)
    {
        await using Shop shop = await Shop.OpenAsync(programs, Phones, Phone, ct, "--listen", "127.0.0.1:0");
        using Stations stations = await Stations.PairAsync(shop.Channel, Certificates, ct);
        GrpcChannel[] channels = [.. Enumerable.Range(0, Watchers + Callers).Select(stations.Connect)];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);

        LoadWatcher[] watchers = [.. channels.Take(Watchers).Select(channel => new LoadWatcher(channel))];
        Task[] watching = [.. watchers.Select(watcher => Task.Run(() => watcher.RunAsync(end.Token), ct))];
        while (!watchers.All(watcher => watcher.IsPastBarrier || watcher.Fault is not null))
            await Task.Delay(50, ct);

        string[] dumped = [.. shop.Ports.Take(Phones - 1)];
        var calls = new LoadCalls(dumped, s_pace);
        Task<int>[] dumping = [.. Enumerable.Range(0, DumpsAtOnce).Select(lane =>
            Task.Run(() => DumpInTurnAsync(shop, [.. dumped.Where((_, index) => index % DumpsAtOnce == lane)], enough.Token), ct))];
        Task<int> replugging = Task.Run(() => ReplugAsync(shop, enough.Token), ct);
        Task[] calling = [.. channels.Skip(Watchers).Select((channel, number) => Task.Run(() => calls.RunAsync(channel, number, enough.Token), ct))];

        List<double> memory = [], files = [];
        TimeSpan processor = shop.ProcessorTime();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(minutes);)
        {
            await Task.Delay(1000, ct);
            memory.Add(shop.ResidentMiB());
            files.Add(shop.AgentProcess.HandleCount);
        }
        processor = shop.ProcessorTime() - processor;
        await enough.CancelAsync();
        await Task.WhenAll([.. dumping, replugging, .. calling]);

        // The phones are quiet: every watcher has to come to believe what the agent says.
        string[] wrong = await StrayFromAsync(shop, watchers, ct);
        await end.CancelAsync();
        await Task.WhenAll(watching);
        string[] faults = [.. calls.Faults, .. watchers.Select(watcher => watcher.Fault).OfType<string>(), .. wrong];
        foreach (IGrouping<string, string> same in faults.GroupBy(fault => fault).OrderByDescending(same => same.Count()).Take(10))
            Console.Error.WriteLine($"{same.Count(),6} {same.Key}");
        foreach (GrpcChannel channel in channels)
            channel.Dispose();

        double seconds = memory.Count;
        long told = watchers.Sum(watcher => watcher.Messages);
        (double before, double after) = (Fifth(memory, 1), Fifth(memory, 4));
        return
        [
            Row.AtMost($"{Watchers} watchers and {Callers} callers for {minutes} min: errors, and watchers that believe something else at the end", 0, faults.Length, "",
                $"{calls.Made:N0} calls, {told / seconds:N0} messages/s to watchers, {dumping.Sum(one => one.Result)} full dumps, a phone unplugged {replugging.Result} times"),
            Row.Of("the same: agent's processor time", $"{processor.TotalSeconds / seconds * 100:0} % of a core"),
            Row.Of("the same: each watcher was told", $"{watchers.Min(watcher => watcher.Messages):N0} to {watchers.Max(watcher => watcher.Messages):N0} messages"),
            Row.AtMost("the same: agent's memory in the last fifth of the time against the second", 1.1, after / before, "", $"{before:0} MiB, then {after:0} MiB, {memory.Max():0} MiB at most"),
            Row.AtMost("the same: agent's open files, likewise", 1.1, Fifth(files, 4) / Fifth(files, 1), "", $"{Fifth(files, 4):0}"),
            Row.Of("the same: GetDevice", $"{calls.GetDevice(50):0.0} ms in half of the cases, {calls.GetDevice(99):0.0} ms in 99 of 100, {calls.GetDevice(100):0} ms at most"),
        ];
    }

    /// <summary>What the watchers believe otherwise than the agent, once they had ten seconds to hear of it.</summary>
    private static async Task<string[]> StrayFromAsync(Shop shop, LoadWatcher[] watchers, CancellationToken ct)
    {
        string[] wrong = [];
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(10); await Task.Delay(250, ct))
        {
            ListDevicesResponse truth = await new DeviceService.DeviceServiceClient(shop.Channel).ListDevicesAsync(new(), cancellationToken: ct);
            wrong = [.. watchers.Select(watcher => watcher.DifferenceTo(truth.Devices)).OfType<string>()];
            if (wrong.Length == 0)
                break;
        }
        return wrong;
    }

    private static async Task<int> DumpInTurnAsync(Shop shop, string[] ports, CancellationToken enough)
    {
        int dumps = 0;
        for (; !enough.IsCancellationRequested; dumps++)
            await shop.DumpAsync(ports[dumps % ports.Length], CancellationToken.None, keep: false);
        return dumps;
    }

    private static async Task<int> ReplugAsync(Shop shop, CancellationToken enough)
    {
        int times = 0;
        while (!enough.IsCancellationRequested)
        {
            await shop.UnplugAsync(Phones - 1);
            await QuietlyAsync(s_replug, enough);
            await shop.PlugAsync(Phones - 1, Phone, CancellationToken.None);
            times++;
            await QuietlyAsync(s_replug, enough);
        }
        return times;
    }

    private static async Task QuietlyAsync(TimeSpan time, CancellationToken ct) =>
        await Task.Delay(time, ct).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    // The middle value of one of five parts of the time.
    private static double Fifth(List<double> values, int part) => Rounds.Median(values.Skip(values.Count * part / 5).Take(Math.Max(1, values.Count / 5)));
}
