using QRCoder;

namespace ImeiAgent.Client.Desktop.Operations;

/// <summary>A QR code as a picture for a page.</summary>
internal static class QrCode
{
    private const int PixelsPerModule = 4;

    /// <summary>SVG, black on white whatever the theme, with the quiet zone around it that readers want.</summary>
    /// <param name="text">What a phone's camera reads.</param>
    public static string Svg(string text)
    {
        using QRCodeData code = new QRCodeGenerator().CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        using SvgQRCode drawn = new(code);
        return drawn.GetGraphic(PixelsPerModule, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }
}
