using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>Tests of what the process as a whole tells: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class AloneInProcess
{
    /// <summary>Of the collection.</summary>
    public const string Name = "alone in the process";
}
