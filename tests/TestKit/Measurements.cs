using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ImeiAgent.TestKit;

/// <summary>What was measured with the same instrument and the same tags.</summary>
/// <param name="Instrument">By what.</param>
/// <param name="Tags">With which tags.</param>
/// <param name="Count">How often.</param>
/// <param name="Sum">All values together.</param>
public sealed record Measured(Instrument Instrument, IReadOnlyDictionary<string, object?> Tags, int Count, double Sum);

/// <summary>Listens to all meters of this program in this process: to what other tests measure too.</summary>
public sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument, string), Measured> _series = new();

    /// <summary>Begins to listen.</summary>
    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("ImeiAgent.", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>So far.</summary>
    public IReadOnlyList<Measured> All => [.. _series.Values];

    /// <summary>Has the gauges measure now, while there is somebody to ask.</summary>
    public void LookAtGauges() => _listener.RecordObservableInstruments();

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string key = "";
        foreach (KeyValuePair<string, object?> tag in tags)
            key = $"{key}{tag.Key}={tag.Value};";
        Dictionary<string, object?>? all = _series.ContainsKey((instrument, key)) ? null : tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
        _series.AddOrUpdate(
            (instrument, key), _ => new Measured(instrument, all!, 1, value), (_, before) => before with { Count = before.Count + 1, Sum = before.Sum + value });
    }
}
