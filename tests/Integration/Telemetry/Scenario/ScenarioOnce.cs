using Xunit;

namespace ImeiAgent.Integration.Telemetry.Scenario;

/// <summary>The tests that look at all scenes, which are played once for them; nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ScenarioOnce : ICollectionFixture<TablesScenario>
{
    /// <summary>Of the collection.</summary>
    public const string Name = "all scenes";
}
