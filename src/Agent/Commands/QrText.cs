using QRCoder;

namespace ImeiAgent.Agent.Commands;

/// <summary>A QR code as text, two modules a character, with the quiet zone around it that readers want.</summary>
internal static class QrText
{
    // Black on white, in the fixed colours of the 256: a theme may paint the others as it likes.
    private const string Colours = "\u001b[38;5;16;48;5;231m", Plain = "\u001b[0m";

    /// <summary>Dark on light whatever the terminal's colours are, when it takes them; else as it is right on a dark terminal.</summary>
    public static string Draw(string text, bool colours)
    {
        using QRCodeData code = new QRCodeGenerator().CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        using var drawn = new AsciiQRCode(code);
        // Its blocks are the light modules; inverted, the dark ones.
        string[] lines = drawn.GetGraphicSmall(drawQuietZones: true, invert: colours).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', colours ? lines.Select(line => $"{Colours}{line.TrimEnd('\r')}{Plain}") : lines.Select(line => line.TrimEnd('\r')));
    }
}
