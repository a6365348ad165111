using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;

namespace ImeiAgent.EndToEnd;

/// <summary>A <c>phone-simulator</c> process behind a link, with its NV items in a file that outlives it.</summary>
/// <param name="Link">What clients open.</param>
/// <param name="Store">Where its NV writes are.</param>
/// <param name="Profile">What phone it is.</param>
/// <param name="Seed">Which one.</param>
public sealed record PhoneProcess(string Link, string Store, string Profile, int Seed) : IAsyncDisposable
{
    private OurProgram? _process;

    /// <summary>Switches it on; returns when its port is there.</summary>
    public async Task StartAsync(string quirks, CancellationToken ct)
    {
        _process = OurProgram.Start("phone-simulator",
            ["--link", Link, "--store", Store, "--profile", Profile, "--seed", $"{Seed}", .. quirks.Length > 0 ? (string[])["--quirk", quirks] : []]);
        await _process.LineAsync("ready", ct);
    }

    /// <summary>Its process has ended by itself, as a phone that lost its power.</summary>
    public Task DiesAsync(CancellationToken ct) => _process!.EndAsync(ct);

    /// <summary>SIGKILL, and it is gone. Its link goes first, as udev removes it: the terminal's number is given to the next phone.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        File.Delete(Link);
        _process!.Kill();
        await _process.EndAsync(ct);
    }

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

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
