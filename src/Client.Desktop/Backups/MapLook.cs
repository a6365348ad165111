using ImeiAgent.Client.Desktop.Jobs;

namespace ImeiAgent.Client.Desktop.Backups;

/// <summary>
/// How the picture of the items is drawn: each state has a lightness of its own, far from all others, so that colours are no matter; where
/// there is room, a mark too.
/// </summary>
/// <param name="Cells">Colours by state, as in "#1a4f9c".</param>
/// <param name="Marks">Colours of the marks on them.</param>
/// <param name="Cursor">Colour of the frame around the chosen item.</param>
/// <param name="Halo">Colour around that frame.</param>
public sealed record MapLook(IReadOnlyList<string> Cells, IReadOnlyList<string> Marks, string Cursor, string Halo)
{
    /// <summary>On light pages. In the order of <see cref="CellState"/>.</summary>
    public static MapLook Light { get; } = new(
        ["#f7f8fa", "#1a4f9c", "#d0d3da", "#a86f14", "#4a0010", "#aca6c0"],
        ["#b9bdc7", "#ffffff", "#6f747f", "#1b1b1f", "#ffffff", "#1b1b1f"],
        "#000000", "#ffffff");

    /// <summary>On dark pages.</summary>
    public static MapLook Dark { get; } = new(
        ["#17181d", "#8fbcff", "#3e424c", "#c68a3a", "#ffe9e4", "#6f6889"],
        ["#3e424c", "#06183a", "#9aa0ad", "#000000", "#4a0010", "#ffffff"],
        "#ffffff", "#000000");

    /// <summary>What a state's mark is drawn as: strokes on a field of 10 by 10; empty for none. The browser draws the same.</summary>
    public static string MarkOf(CellState state) => state switch
    {
        CellState.Absent => "M5 4.4V5.6",
        CellState.Refused => "M1.5 8.5L8.5 1.5",
        CellState.Failed => "M2 2L8 8M8 2L2 8",
        CellState.Skipped => "M1.5 5H8.5",
        _ => "",
    };
}
