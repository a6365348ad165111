using System.Net;
using System.Net.Sockets;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// What looking at itself costs the agent: a full dump of one SIM with neither traces nor recordings, as it is by itself, and with traces, metrics and
/// logs sent to a receiver of this machine. The three agents are there all the time, and take turns.
/// </summary>
internal static class Telemetry
{
    /// <summary>A phone without delay: the agent is the only one who takes time. Short, so that each round is five.</summary>
    public static Task<IReadOnlyList<Row>> WithoutDelayAsync(Shipped programs, int rounds, CancellationToken ct) =>
        RunAsync(programs, "", "phone without delay", 5 * rounds, ct);

    /// <summary>A phone as phones are.</summary>
    public static Task<IReadOnlyList<Row>> WithWorkAsync(Shipped programs, int rounds, CancellationToken ct) =>
        RunAsync(programs, "service=200us", "phone with 200 us of work an item", rounds, ct);

    private static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, string quirks, string name, int rounds, CancellationToken ct)
    {
        using var receiver = new OtlpSink();
        var sending = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        await using Shop without = await Shop.OpenAsync(programs, 1, quirks, ct, "--no-traces");
        await using Shop by = await Shop.OpenAsync(programs, 1, quirks, ct);
        await using Shop sends = await Shop.OpenAsync(programs, 1, quirks, sending, ct);
        Shop[] all = [without, by, sends];
        // The first dumps compile what is not compiled ahead.
        foreach (Shop shop in (Shop[])[.. all, .. all, .. all])
            await shop.DumpAsync(shop.Ports[0], ct);

        TimeSpan[] before = [.. all.Select(shop => shop.ProcessorTime())];
        double[] seconds = await Rounds.MediansAsync(rounds, [.. all.Select(shop => (Func<Task<double>>)(async () => (await shop.DumpAsync(shop.Ports[0], ct)).TotalSeconds))]);
        double[] busy = [.. all.Select((shop, i) => (shop.ProcessorTime() - before[i]).TotalSeconds / rounds)];
        if (receiver.Requests == 0)
            throw new InvalidOperationException("The agent sent nothing.");
        return
        [
            Row.AtMost($"{name}: full dump with traces kept, against none", 1.03, seconds[1] / seconds[0], "", $"{seconds[1]:0.000} s to {seconds[0]:0.000} s"),
            Row.AtMost($"{name}: the same sent by OTLP too, against none", 1.05, seconds[2] / seconds[0], "", $"{seconds[2]:0.000} s to {seconds[0]:0.000} s"),
            Row.Of($"{name}: the agent's processor time a dump", $"{busy[0]:0.000} s without, {busy[1]:0.000} s with traces, {busy[2]:0.000} s sent by OTLP"),
        ];
    }

    /// <summary>Takes whatever is posted to it, and says yes (OTLP/HTTP: an empty response is a full success).</summary>
    private sealed class OtlpSink : IDisposable
    {
        private readonly HttpListener _listener = new();
        private long _requests, _bytes;

        public OtlpSink()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Endpoint = $"http://{free.LocalEndpoint}";
            }
            _listener.Prefixes.Add(Endpoint + "/");
            _listener.Start();
            _ = ServeAsync();
        }

        public string Endpoint { get; }

        public long Requests => Interlocked.Read(ref _requests);

        public long Bytes => Interlocked.Read(ref _bytes);

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                try
                {
                    HttpListenerContext call = await _listener.GetContextAsync();
                    int count;
                    while ((count = await call.Request.InputStream.ReadAsync(buffer)) > 0)
                        Interlocked.Add(ref _bytes, count);
                    Interlocked.Increment(ref _requests);
                    call.Response.ContentType = "application/x-protobuf";
                    call.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
                {
                    if (!_listener.IsListening)
                        return;
                }
            }
        }
    }
}
