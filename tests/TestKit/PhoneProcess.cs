using ImeiAgent.PhoneSimulator;
using Xunit;

namespace ImeiAgent.TestKit;

/// <summary>A <c>phone-simulator</c> process behind a link, with its NV items in a file that outlives it. One command at a time.</summary>
/// <param name="Link">What clients open; with quirk <c>new-name</c> the first of its names.</param>
/// <param name="Store">Where its NV writes are.</param>
/// <param name="Profile">What phone it is.</param>
/// <param name="Seed">Which one.</param>
public sealed record PhoneProcess(string Link, string Store, string Profile, int Seed) : IAsyncDisposable
{
    private OurProgram? _process;
    private int _linesRead;

    /// <summary>Switches it on; returns when its port is there.</summary>
    public async Task StartAsync(string quirks, CancellationToken ct)
    {
        _process = OurProgram.Start("phone-simulator",
            ["--link", Link, "--store", Store, "--profile", Profile, "--seed", $"{Seed}", .. quirks.Length > 0 ? (string[])["--quirk", quirks] : []]);
        await _process.LineAsync("ready", ct);
        _linesRead = 1;
    }

    /// <summary>Pulls the cable; the phone stays on.</summary>
    public Task UnplugAsync() => TellAsync("unplug");

    /// <summary>Puts the cable back, and switches the phone on if it was off.</summary>
    public Task PlugAsync() => TellAsync("plug");

    /// <summary>Arranges an NV item behind the agent's back; 1 to 128 bytes in hex.</summary>
    public Task PutAsync(int slot, int item, string hex) => TellAsync($"put {slot} {item} {hex}");

    /// <summary>Makes an NV item not active behind the agent's back.</summary>
    public Task EraseAsync(int slot, int item) => TellAsync($"erase {slot} {item}");

    /// <summary>Has it misbehave so from now on, in place of all earlier quirks; what was counted for them starts anew.</summary>
    public Task QuirkAsync(string text) => TellAsync($"quirk {text}");

    /// <summary>It loses its power: its process is gone, with all it had not stored.</summary>
    public async Task DieAsync()
    {
        await _process!.Input.WriteLineAsync("die");
        await _process.Input.FlushAsync();
        await DiesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Whether its process runs.</summary>
    public bool IsOn => _process is { HasEnded: false };

    /// <summary>Its process has ended by itself, as a phone that lost its power.</summary>
    public Task DiesAsync(CancellationToken ct) => _process!.EndAsync(ct);

    /// <summary>SIGKILL, and it is gone. Its link goes first, as udev removes it: the terminal's number is given to the next phone.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        File.Delete(PresentLink);
        _process!.Kill();
        await _process.EndAsync(ct);
    }

    /// <summary>Where its port is now: <see cref="Link"/>, or with quirk <c>new-name</c> the one of LINK.2, LINK.3 ... that is there.</summary>
    public string PresentLink =>
        Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Link)!, Path.GetFileName(Link) + ".*")
            // The pattern fits the first name too.
            .FirstOrDefault(path => path.Length > Link.Length + 1 && path[(Link.Length + 1)..].All(char.IsAsciiDigit)) ?? Link;

    /// <summary>How many writes it ever stored.</summary>
    public long Writes => (new FileInfo(Store).Length - 64) / 134;

    /// <summary>The first 9 bytes of item 550 in hex, read from its store by another simulated phone; or "not active".</summary>
    public string Holds(int slot)
    {
        string copy = Store + ".copy";
        File.Copy(Store, copy, overwrite: true);
        using var phone = SimulatedPhone.Create(Profile, Seed, storeFile: copy);
        return HoldsOf(phone, slot);
    }

    /// <summary>The same of any simulated phone.</summary>
    public static string HoldsOf(SimulatedPhone phone, int slot) =>
        phone.TryGet(slot, 550, out Diag.Nv.NvData data) ? Convert.ToHexString(data.Bytes[..9]) : "not active";

    private async Task TellAsync(string command)
    {
        await _process!.Input.WriteLineAsync(command);
        await _process.Input.FlushAsync();
        int at = _linesRead++;
        await Eventually.HoldsAsync(() => _process.Output.Count > at || _process.HasEnded, text: $"'{command}' is answered");
        Assert.Equal("ok", _process.Output.ElementAtOrDefault(at));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
