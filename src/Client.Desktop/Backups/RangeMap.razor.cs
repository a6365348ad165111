using System.Globalization;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ImeiAgent.Client.Desktop.Backups;

// The browser draws; it is told the rows that changed, four times a second at most and only while somebody can see them.
public sealed partial class RangeMap
{
    /// <summary>Between two pieces of news for the browser.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    // An item is 60 pixels wide then, or more.
    private const int CloseUp = 32;

    private readonly CancellationTokenSource _gone = new();
    private ElementReference _canvas;
    private DotNetObjectReference<RangeMap>? _self;
    private IJSObjectReference? _module, _map;
    private RangeLegend? _legend;
    private object? _drawnOf;
    private long _said, _told;
    private int _item;
    private bool _isPageSeen = true, _isPictureSeen;
    private bool? _drawnDark;
    private string _typed = "";
    private string? _mistake;

    private MapLook Look => Dark ? MapLook.Dark : MapLook.Light;

    private CellAnswer Answer => Cells.At(_item);

    private NvItemInfo? Info => Catalogue?.Find((uint)_item);

    // What identifies a phone or opens it is nobody's business who happens to see the screen.
    private string Head => Catalogue is null || Catalogue.Group((uint)_item) is "identity" or "secret"
        ? BackupTexts.BytesDiscreet
        : BackupTexts.BytesHead.With(string.Join(' ', Answer.Head.Select(value => value.ToString("X2", CultureInfo.InvariantCulture))));

    /// <summary>The browser tells which item was chosen.</summary>
    [JSInvokable]
    public void OnItem(int item)
    {
        _item = Math.Clamp(item, 0, RangeCells.Count - 1);
        StateHasChanged();
    }

    /// <summary>The browser tells whether the page is in front, and whether the picture is in the part of it that is looked at.</summary>
    [JSInvokable]
    public void OnSight(bool page, bool picture) => (_isPageSeen, _isPictureSeen) = (page, page && picture);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        try
        {
            if (_map is not null)
            {
                await _map.InvokeVoidAsync("dispose");
                await _map.DisposeAsync();
            }
            if (_module is not null)
                await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The window was closed, and all of it with it.
        }
        _self?.Dispose();
        _gone.Dispose();
    }

    /// <summary>Not whenever the page around it is drawn, which happens with every piece of news of the backup.</summary>
    protected override bool ShouldRender()
    {
        object now = (Cells, Slot, Catalogue, Dark, Answer with { Head = [] }, _mistake, _typed);
        bool isNews = !now.Equals(_drawnOf);
        _drawnOf = now;
        return isNews;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
            await FollowAsync();
        else if (_map is not null && _drawnDark != Dark)
            await RecolourAsync();
    }

    private async Task FollowAsync()
    {
        try
        {
            CancellationToken gone = _gone.Token;
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", gone, "./Backups/RangeMap.razor.js");
            _map = await _module.InvokeAsync<IJSObjectReference>("create", gone, _canvas, _self, LookForBrowser());
            // Somebody may have been quicker than the browser.
            if (_item > 0)
                await _map.InvokeVoidAsync("show", gone, _item, CloseUp);
            using PeriodicTimer timer = new(Pace, Time);
            do
            {
                long version = Cells.Version;
                if (_isPageSeen && _said != version)
                {
                    _said = version;
                    _legend?.Tell();
                    StateHasChanged(); // For the chosen item, which may have been read now.
                }
                if (!_isPictureSeen || _told == version)
                    continue;
                (byte[] rows, _told) = Cells.Since(_told);
                await _map.InvokeVoidAsync("apply", gone, rows);
            }
            while (await timer.WaitForNextTickAsync(gone));
        }
        catch (Exception end) when (end is OperationCanceledException or JSDisconnectedException or ObjectDisposedException)
        {
            // The page was left.
        }
    }

    private async Task RecolourAsync() => await _map!.InvokeVoidAsync("recolour", _gone.Token, LookForBrowser());

    private object LookForBrowser()
    {
        _drawnDark = Dark;
        return new { Look.Cells, Look.Marks, Look.Cursor, Look.Halo, Strokes = Enum.GetValues<CellState>().Select(MapLook.MarkOf).ToArray() };
    }

    private async Task ZoomAsync(int steps)
    {
        if (_map is not null)
            await _map.InvokeVoidAsync("zoomBy", _gone.Token, steps);
    }

    private async Task GoAsync(string? typed)
    {
        (_typed, _mistake) = (typed ?? "", null);
        if (string.IsNullOrWhiteSpace(_typed))
            return;
        try
        {
            await ShowAsync((int)ItemRanges.ParseOne(_typed));
        }
        catch (FormatException fault)
        {
            _mistake = fault.Message;
        }
    }

    private async Task NextAsync(CellState state)
    {
        if (Cells.Next(state, _item) is { } next)
            await ShowAsync(next);
    }

    private async Task ShowAsync(int item)
    {
        _item = item;
        if (_map is not null)
            await _map.InvokeVoidAsync("show", _gone.Token, item, CloseUp);
    }

    private string Title(int item) => Info is { Name.Length: > 0 } info
        ? BackupTexts.ItemNamed.With(item, item.ToString("X4", CultureInfo.InvariantCulture), SafeText.Clean(info.Name))
        : BackupTexts.Item.With(item, item.ToString("X4", CultureInfo.InvariantCulture));

    private string Describe(CellAnswer answer) => Title(answer.Item) + " " + answer.Text;

    private string Id(string part) => $"map-{Slot}-{part}";
}
