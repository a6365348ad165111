using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>A menu that Escape closes wherever the focus is: MudBlazor's own looks for it in the entries only, where the mouse does not lead.</summary>
public sealed class EscapeMenu : MudMenu
{
    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder __builder)
    {
        ArgumentNullException.ThrowIfNull(__builder);
        __builder.OpenElement(0, "div");
        __builder.AddAttribute(1, "style", "display: contents");
        __builder.AddAttribute(2, "onkeydown", EventCallback.Factory.Create<KeyboardEventArgs>(this, key => key.Key == "Escape" ? CloseMenuAsync() : Task.CompletedTask));
        __builder.OpenRegion(3);
        base.BuildRenderTree(__builder);
        __builder.CloseRegion();
        __builder.CloseElement();
    }
}
