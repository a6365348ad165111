using System.Globalization;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>Texts with gaps.</summary>
internal static class TextFormats
{
    extension(string text)
    {
        /// <summary>The text with {0}, {1} ... filled in; numbers as everybody on the benches writes them.</summary>
        public string With(params object?[] values) => string.Format(CultureInfo.InvariantCulture, text, values);
    }
}
