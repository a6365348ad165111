using ImeiAgent.Integration.Crash;

/// <summary>
/// Where a child begins (DOTNET_STARTUP_HOOKS), before the test runner's Main. A module initializer would do for one thread only: others wait
/// until it has returned.
/// </summary>
#pragma warning disable CA1050 // The runtime looks for this very name.
internal static class StartupHook
#pragma warning restore CA1050
{
    public static void Initialize() => ChildRestorer.Run();
}
