using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>Tells <see cref="OpenPages"/> of one page; lives as long as the page's circuit.</summary>
internal sealed class PageConnection(OpenPages pages, NavigationManager navigation) : CircuitHandler
{
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        navigation.LocationChanged += Moved;
        pages.At(this, new Uri(navigation.Uri));
        return Task.CompletedTask;
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        pages.Up(this);
        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        pages.Down(this);
        return Task.CompletedTask;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        navigation.LocationChanged -= Moved;
        pages.Gone(this);
        return Task.CompletedTask;
    }

    private void Moved(object? sender, LocationChangedEventArgs news) => pages.At(this, new Uri(news.Location));
}
