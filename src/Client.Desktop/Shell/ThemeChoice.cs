using System.Text;
using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>
/// Light or dark as this user chose it, for all windows and the next start: a word in the file <c>desktop-theme</c> beside the contexts. Whoever goes
/// back to what the system says has chosen nothing, and follows it again. Safe for use by several threads.
/// </summary>
/// <param name="options">Where the contexts are.</param>
public sealed class ThemeChoice(DesktopOptions options)
{
    private const string Dark = "dark", Light = "light";

    private readonly string _file = Path.Combine(options.Contexts.Directory, "desktop-theme");

    /// <summary>Raised after somebody chose, on any thread.</summary>
    public event Action? Changed;

    /// <summary>Whether it is dark; null where the system is followed.</summary>
    public bool? IsDark()
    {
        try
        {
            return PrivateFolder.TryRead(_file, largest: 100) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim() switch { Dark => true, Light => false, _ => null } : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ContextException)
        {
            return null; // Nothing hangs on it.
        }
    }

    /// <summary>Keeps a choice; one that cannot be kept holds in its window until that is closed.</summary>
    /// <param name="dark">What was chosen.</param>
    /// <param name="system">What the system says.</param>
    public void Choose(bool dark, bool system)
    {
        try
        {
            new PrivateFolder(options.Contexts.Directory).Make();
            if (dark == system)
                File.Delete(_file);
            else
                PrivateFolder.Write(_file, Encoding.UTF8.GetBytes(dark ? Dark : Light));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return; // The window shows what was chosen all the same.
        }
        Changed?.Invoke();
    }
}
