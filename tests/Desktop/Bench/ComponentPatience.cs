using System.Runtime.CompilerServices;
using Bunit;
using ImeiAgent.TestKit;

namespace ImeiAgent.Desktop.Bench;

/// <summary>Components of bUnit are waited for as long as everything else; its own second is too short where dozens of processes share two cores.</summary>
internal static class ComponentPatience
{
    [ModuleInitializer]
    internal static void Set() => BunitContext.DefaultWaitTimeout = Eventually.Deadline;
}
