using System.Diagnostics.Metrics;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What an agent has at the moment, for whoever collects metrics: phones, jobs and open journal rows. Looked at only when asked.</summary>
public sealed class Gauges : IDisposable
{
    private readonly Meter _meter = new(OperationsTelemetry.Name);

    /// <summary>Begins to answer.</summary>
    public Gauges(PhoneRegistry phones, DumpJobs jobs, VaultFile vault)
    {
        _meter.CreateObservableGauge("imeiagent.phones", () => Count(phones.List().Select(p => p.State)), "{phone}", "Ports and phones, by their state.");
        _meter.CreateObservableGauge("imeiagent.jobs", () => Count(jobs.Running().Select(j => j.State)), "{job}", "Dumps that have not ended, by what they do.");
        _meter.CreateObservableGauge("imeiagent.journal.open", () => vault.Attention.Now.OpenRows, "{row}", "Journal rows that are not closed: restores under way or interrupted.");
    }

    /// <summary>Answers no more.</summary>
    public void Dispose() => _meter.Dispose();

    // Every state is told, also when nothing is in it: a number that vanishes is read as the last one.
    private static IEnumerable<Measurement<int>> Count<TState>(IEnumerable<TState> states)
        where TState : struct, Enum
    {
        ILookup<TState, TState> found = states.ToLookup(state => state);
        return Enum.GetValues<TState>().Select(
            state => new Measurement<int>(found[state].Count(), new KeyValuePair<string, object?>("imeiagent.state", state.ToString().ToLowerInvariant())));
    }
}
