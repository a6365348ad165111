using ImeiAgent.Agent.Commands;
using QRCoder;
using Xunit;

namespace ImeiAgent.Unit.Agent;

/// <summary>The QR code of a pairing line, as it stands on a terminal.</summary>
public class QrTextTests
{
    private const string Colours = "\u001b[38;5;16;48;5;231m", Plain = "\u001b[0m";

    // As long as a line with eight IPv6 addresses is.
    private static readonly string s_line = "imei1:" + new string('A', 900);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_the_code_of_the_line_and_nothing_else(bool colours)
    {
        using QRCodeData code = new QRCodeGenerator().CreateQrCode(s_line, QRCodeGenerator.ECCLevel.L);

        bool[][] drawn = Dark(QrText.Draw(s_line, colours), colours);

        // QRCoder's matrix has the quiet zone of 4 modules around it.
        Assert.Equal(code.ModuleMatrix.Select(row => row.Cast<bool>()), drawn);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_corners_are_dark_on_light_with_room_around_them(bool colours)
    {
        bool[][] drawn = Dark(QrText.Draw(s_line, colours), colours);

        // ISO/IEC 18004: a finder pattern is a dark ring of 7, a light one of 5 and a dark square of 3; 4 light modules are around the code.
        string[] corner = [.. drawn.Skip(3).Take(9).Select(row => string.Concat(row.Skip(3).Take(9).Select(dark => dark ? '#' : '.')))];
        Assert.Equal([".........", ".#######.", ".#.....#.", ".#.###.#.", ".#.###.#.", ".#.###.#.", ".#.....#.", ".#######.", "........."], corner);
        Assert.All(drawn.Take(4), row => Assert.DoesNotContain(true, row));
        Assert.All(drawn, row => Assert.DoesNotContain(true, row.Take(4)));
    }

    [Fact]
    public void In_colours_every_line_has_them_and_leaves_none_behind() =>
        Assert.All(QrText.Draw(s_line, colours: true).Split('\n'), line =>
        {
            Assert.StartsWith(Colours, line, StringComparison.Ordinal);
            Assert.EndsWith(Plain, line, StringComparison.Ordinal);
        });

    // What a camera sees: with colours ink is black on white, without them ink is light on a dark terminal. Each character is two modules, and
    // the rows of a code are odd in number: below the last one is nothing.
    private static bool[][] Dark(string text, bool colours) =>
    [
        .. (from line in text.Split('\n')
           let characters = line.Replace(Colours, "", StringComparison.Ordinal).Replace(Plain, "", StringComparison.Ordinal)
           from upper in (bool[])[true, false]
           select characters.Select(c => c is '█' || c == (upper ? '▀' : '▄') ? colours : c is ' ' or '▀' or '▄' ? !colours : throw new InvalidDataException($"{c}")).ToArray()).SkipLast(1),
    ];
}
