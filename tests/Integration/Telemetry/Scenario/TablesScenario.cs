using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Integration.Telemetry.Scenario;

/// <summary>All scenes at once, each with an agent of its own, and what was heard of them. Run once for the tests that look at it.</summary>
public sealed class TablesScenario : IAsyncLifetime
{
    /// <summary>The spans.</summary>
    public SpanRecorder Spans { get; } = new();

    /// <summary>The measurements.</summary>
    public Measurements Measurements { get; } = new();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => await Task.WhenAll(
        RestoreScenes.AppliedAndRefusedAsync(Measurements),
        RestoreScenes.FailedAsync(),
        RestoreScenes.WornAsync(),
        RestoreScenes.RecoveredAsync(),
        DumpScenes.RudeAsync(Measurements),
        DumpScenes.RefusingAndGoneAsync(),
        CallScenes.PairedAsync(),
        CallScenes.DesktopAsync(),
        CallScenes.LineAsync(),
        CallScenes.TracesHeldAsync(Measurements));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Spans.Dispose();
        Measurements.Dispose();
        return ValueTask.CompletedTask;
    }
}
