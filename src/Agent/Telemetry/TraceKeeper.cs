using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using ImeiAgent.Operations;
using ImeiAgent.Vault;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>
/// Keeps the agent's spans in the vault as they end, whether or not there is a collector. It asks that spans be made, not that anybody record or
/// send them. A span costs its maker one write to a channel; whatever does not fit there, or cannot be kept, is dropped and counted.
/// </summary>
internal sealed class TraceKeeper : IAsyncDisposable
{
    // Twelve full dumps that end in the same quarter of a second.
    private const int Capacity = 4096, BatchSize = 256;

    private const string Prefix = "ImeiAgent.", Mark = "imeiagent.keeper";

    private static readonly TimeSpan s_gathering = TimeSpan.FromMilliseconds(250);

    // Clients have an agent's name for the start of theirs; in tests and in the demo they live in its process.
    private static readonly string[] s_clients = ["ImeiAgent.Client", "ImeiAgent.Cli", "ImeiAgent.Desktop"];

    private static readonly Counter<long> s_dropped = AgentTelemetry.Meter.CreateCounter<long>(
        "imeiagent.traces.dropped", "{span}", "Spans that the agent could not keep in its own store");

    // Tests run several agents in one process, and a listener hears all of them. What an agent begins runs in its flow; what runs in none is
    // everybody's, which in a process with one agent is the same.
    private static readonly AsyncLocal<TraceKeeper?> s_flow = new();

    private readonly Channel<Activity> _ended = Channel.CreateBounded<Activity>(Capacity);
    private readonly Lock _keeping = new();
    private readonly List<SpanRow> _batch = new(BatchSize);
    private readonly CancellationTokenSource _ending = new();
    private readonly Traces _traces;
    private readonly TraceOwners _owners;
    private readonly TimeProvider _time;
    private readonly ActivityListener _listener;
    private readonly Task _work;

    /// <summary>Begins to listen.</summary>
    public TraceKeeper(Traces traces, TraceOwners owners, TimeProvider time)
    {
        (_traces, _owners, _time) = (traces, owners, time);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith(Prefix, StringComparison.Ordinal) && !s_clients.Contains(source.Name),
            Sample = (ref _) => IsOurs() ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStarted = span =>
            {
                if (!IsOurs())
                    return;
                span.SetCustomProperty(Mark, this);
                // What no call of a client stands above.
                if (span.Kind == ActivityKind.Internal && span.Parent is null)
                    _owners.Began(span.TraceId);
            },
            ActivityStopped = Take,
        };
        ActivitySource.AddActivityListener(_listener);
        _work = Task.Run(KeepAsync);
    }

    /// <summary>What is begun from here on, and by what that begins, is of this agent.</summary>
    public void Enter() => s_flow.Value = this;

    /// <summary>Keeps what has ended so far before it returns.</summary>
    public void Flush()
    {
        lock (_keeping)
        {
            while (_ended.Reader.TryRead(out Activity? span))
            {
                _batch.Add(SpanRows.Of(span));
                if (_batch.Count == BatchSize)
                    KeepBatch();
            }
            if (_batch.Count > 0)
                KeepBatch();
        }
    }

    /// <summary>Hears nothing any more, and keeps what it has heard.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _ended.Writer.TryComplete();
        await _ending.CancelAsync();
        await _work;
        Flush();
        _ending.Dispose();
    }

    private bool IsOurs() => s_flow.Value is not { } other || other == this;

    private void Take(Activity span)
    {
        if (span.GetCustomProperty(Mark) == this && span.IsAllDataRequested && !CallTelemetry.IsBeyondLimit(span) && !_ended.Writer.TryWrite(span))
            s_dropped.Add(1);
    }

    private async Task KeepAsync()
    {
        while (await _ended.Reader.WaitToReadAsync())
        {
            // A trace mostly ends at once: it is kept at once.
            await Task.Delay(s_gathering, _time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Flush();
        }
    }

    private void KeepBatch()
    {
        if (!_traces.Append(_batch))
            s_dropped.Add(_batch.Count);
        _batch.Clear();
    }
}
