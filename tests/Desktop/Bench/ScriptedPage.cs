using Bunit;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MudBlazor.Services;
using Xunit;

namespace ImeiAgent.Desktop.Bench;

/// <summary>Pages of a scripted agent, rendered without a browser. Tests derive from it.</summary>
public class ScriptedPage : IAsyncLifetime
{
    /// <summary>Where pages are rendered.</summary>
    private protected BunitContext Pages { get; } = new();

    /// <summary>The agent, which runs.</summary>
    private protected FakeAgent Agent { get; private set; } = null!;

    /// <summary>What the pages know of it: it is live.</summary>
    private protected AgentLink Link { get; private set; } = null!;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        Agent = await FakeAgent.StartAsync();
        Pages.Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        Pages.Services.AddSingleton(TimeProvider.System);
        Pages.Services.AddSingleton<HeldLeases>();
        Pages.Services.AddScoped<PhoneListChoice>();
        Pages.JSInterop.Mode = JSRuntimeMode.Loose;
        Link = AgentLink.Start("local", Agent.Endpoint, TimeProvider.System, NullLogger.Instance);
        await Eventually.HoldsAsync(() => Link.View.IsLive);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Pages.DisposeAsync();
        await Link.DisposeAsync();
        await Agent.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
