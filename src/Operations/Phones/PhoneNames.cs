using System.Security.Cryptography;
using System.Text;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>
/// Names that stay with a phone across ports, reboots and agent restarts: a slug of the model and hex digits of a hash over its
/// serial numbers, as in "devices/sm-g991u-3f2a". Not thread-safe: its registry locks.
/// </summary>
internal sealed class PhoneNames
{
    /// <summary>What every name begins with.</summary>
    public const string Prefix = "devices/";

    private const int MaxSlugLength = 40;

    private readonly Dictionary<string, PhoneIdentity> _known = [];

    /// <summary>
    /// The name of a phone that tells which it is. A phone that was met before keeps its name even when it has since lost one of
    /// its serial numbers. Two phones whose hashes share four digits get more digits.
    /// </summary>
    public string For(PhoneIdentity identity)
    {
        foreach ((string name, PhoneIdentity known) in _known)
            if (known.IsSamePhoneAs(identity))
                return name;
        string slug = Slug(identity.Model, "phone");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity.Esn}|{identity.Meid}")));
        for (int digits = 4; ; digits += 2)
        {
            string name = $"{Prefix}{slug}-{hash[..digits]}";
            if (_known.TryAdd(name, identity))
                return name;
        }
    }

    /// <summary>The name of a port whose phone is unknown or tells nothing, as in "devices/port-ttyusb0".</summary>
    public static string For(PortSpec port) => $"{Prefix}port-{Slug(port.ToString().Replace("/dev/", "", StringComparison.Ordinal), "unknown")}";

    private static string Slug(string text, string otherwise)
    {
        var slug = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        // The end of a long path tells more than its beginning.
        string trimmed = slug.ToString(Math.Max(0, slug.Length - MaxSlugLength), Math.Min(slug.Length, MaxSlugLength)).Trim('-');
        return trimmed.Length == 0 ? otherwise : trimmed;
    }
}
