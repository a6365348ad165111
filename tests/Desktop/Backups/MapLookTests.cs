using ImeiAgent.Client.Desktop.Backups;
using ImeiAgent.Client.Desktop.Jobs;
using Xunit;

namespace ImeiAgent.Desktop.Backups;

// The picture has to be read by eyes that see no colours.
public class MapLookTests
{
    public static TheoryData<string> Themes => ["light", "dark"];

    [Theory]
    [MemberData(nameof(Themes))]
    public void Every_two_states_differ_in_lightness(string theme)
    {
        double[] lightness = [.. Of(theme).Cells.Select(Lightness).Order()];

        Assert.Equal(CellStates.Count, lightness.Length);
        Assert.All(lightness.Zip(lightness.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 12, $"{pair}"));
    }

    // WCAG 2.2, 1.4.11: what a mark says has to stand out from its ground by 3:1.
    [Theory]
    [MemberData(nameof(Themes))]
    public void A_mark_stands_out_from_its_cell(string theme)
    {
        MapLook look = Of(theme);
        foreach (CellState state in Enum.GetValues<CellState>().Where(state => MapLook.MarkOf(state).Length > 0))
            Assert.True(Contrast(look.Cells[(int)state], look.Marks[(int)state]) >= 3, $"{state}");
    }

    [Fact]
    public void States_that_look_alike_in_no_way_but_colour_have_marks_of_their_own()
    {
        string[] marks = [.. Enum.GetValues<CellState>().Select(MapLook.MarkOf)];
        // Not read is empty, and active is full: the two ends of lightness need none.
        Assert.Equal(["", ""], marks[..2]);
        Assert.Equal(4, marks[2..].Where(mark => mark.Length > 0).Distinct().Count());
    }

    private static MapLook Of(string theme) => theme == "light" ? MapLook.Light : MapLook.Dark;

    private static double Contrast(string one, string other)
    {
        double a = Luminance(one), b = Luminance(other);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    // CIE L*, 0 to 100.
    private static double Lightness(string colour)
    {
        double y = Luminance(colour);
        return y > 0.008856 ? 116 * Math.Cbrt(y) - 16 : 903.3 * y;
    }

    private static double Luminance(string colour)
    {
        int value = Convert.ToInt32(colour[1..], 16);
        return 0.2126 * Linear(value >> 16) + 0.7152 * Linear(value >> 8 & 0xFF) + 0.0722 * Linear(value & 0xFF);
    }

    private static double Linear(int part) => part / 255.0 <= 0.04045 ? part / 255.0 / 12.92 : Math.Pow((part / 255.0 + 0.055) / 1.055, 2.4);
}
