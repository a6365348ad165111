using Bunit;
using Google.Protobuf;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Components;
using MudBlazor.Services;
using Xunit;

namespace ImeiAgent.Desktop.Nv;

/// <summary>
/// The tables of items and of differences without a browser. Their filter works on another thread, and now and then it is ready before the table was drawn
/// for the first time: seen on a machine under load, and once in some thousands with DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0, which is why there are many.
/// </summary>
public sealed class BrowserTests : IAsyncDisposable
{
    private const int Times = 300;

    private static readonly NvItem s_item = new() { Item = 550, Slot = 1, Outcome = NvOutcome.Answered, Data = ByteString.CopyFrom(new byte[128]) };
    private static readonly ItemLook s_look = new(new ItemCatalogue([]));

    private readonly BunitContext _bunit = new();

    public BrowserTests()
    {
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        _bunit.Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
    }

    public async ValueTask DisposeAsync() => await _bunit.DisposeAsync();

    [Fact]
    public async Task Differences_are_shown_however_quick_the_filter_is()
    {
        Difference added = new(1, 550, DifferenceKind.Added, null, s_item);
        await EachShowsOneAsync<DifferenceBrowser>(with => with.Add(one => one.Differences, [added]).Add(one => one.Look, s_look).Add(one => one.Slots, [1u]));
    }

    [Fact]
    public async Task Items_are_shown_however_quick_the_filter_is()
    {
        ItemSheet sheet = new();
        sheet.Add([s_item]);
        await EachShowsOneAsync<ItemBrowser>(with => with
            .Add(one => one.Sheet, sheet).Add(one => one.Look, s_look).Add(one => one.Slots, [1u]).Add(one => one.Label, "Items").Add(one => one.Source, "a snapshot"));
    }

    private async Task EachShowsOneAsync<TBrowser>(Action<ComponentParameterCollectionBuilder<TBrowser>> with)
        where TBrowser : IComponent
    {
        for (int time = 0; time < Times; time++)
        {
            IRenderedComponent<TBrowser> browser = _bunit.Render(with);
            await browser.WaitForStateAsync(() => browser.Markup.Contains("data-shown=\"1\"", StringComparison.Ordinal), Eventually.Deadline);
            await _bunit.DisposeComponentsAsync();
        }
    }
}
