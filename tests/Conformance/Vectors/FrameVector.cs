using System.Globalization;
using System.Reflection;

namespace ImeiAgent.Conformance.Vectors;

/// <summary>A frame known from elsewhere, as frames.txt lists it.</summary>
internal sealed record FrameVector(string Name, string Source, byte[] Packet, ushort Check, byte[] Frame)
{
    private static readonly Dictionary<string, FrameVector> ByName = Load().ToDictionary(vector => vector.Name);

    public static IReadOnlyCollection<FrameVector> All => ByName.Values;

    public static FrameVector Named(string name) => ByName[name];

    /// <summary>Reads "26 00*130" as 26 and 130 zero bytes.</summary>
    public static byte[] Expand(string hex)
    {
        var bytes = new List<byte>();
        foreach (string word in hex.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = word.Split('*');
            byte value = byte.Parse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            int count = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1;
            bytes.AddRange(Enumerable.Repeat(value, count));
        }
        return [.. bytes];
    }

    private static IEnumerable<FrameVector> Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("frames.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] columns = line.Split('|', StringSplitOptions.TrimEntries);
            yield return new FrameVector(columns[0], columns[1], Expand(columns[2]),
                ushort.Parse(columns[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), Expand(columns[4]));
        }
    }
}
