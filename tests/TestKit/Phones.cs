using ImeiAgent.PhoneSimulator;

namespace ImeiAgent.TestKit;

/// <summary>A simulated phone on a host of its own; both end when disposed.</summary>
/// <typeparam name="THost">How it is connected.</typeparam>
public sealed class RunningPhone<THost>(THost host) : IAsyncDisposable where THost : PhoneHost
{
    /// <summary>The port.</summary>
    public THost Host { get; } = host;

    /// <summary>The phone.</summary>
    public SimulatedPhone Phone => Host.Phone;

    /// <summary>Has it misbehave so from now on, in place of all earlier quirks.</summary>
    public void Misbehave(string quirks) => Phone.Quirks = Quirks.Parse(quirks);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Phone.Dispose();
    }
}

/// <summary>Starts simulated phones for tests. Profiles are those of <see cref="PhoneProfile.All"/>, quirks the text of <see cref="Quirks.Parse"/>.</summary>
public static class Phones
{
    /// <summary>Within the process: <see cref="MemoryHost.Open"/> gives the client's stream.</summary>
    public static RunningPhone<MemoryHost> InMemory(
        string profile = "galaxy", string quirks = "", int seed = 1, string? store = null, TimeProvider? time = null) =>
        new(new MemoryHost(Create(profile, quirks, seed, store, time), time));

    /// <summary>On a pseudo-terminal: open <see cref="PtyHost.Path"/>. Skips the test where there are none.</summary>
    public static RunningPhone<PtyHost> OnPty(
        string profile = "galaxy", string quirks = "", int seed = 1, string? link = null, string? store = null, TimeProvider? time = null)
    {
        Requires.Pty();
        return new(new PtyHost(Create(profile, quirks, seed, store, time), link, time));
    }

    /// <summary>On a loopback TCP port: <see cref="TcpHost.Port"/>.</summary>
    public static RunningPhone<TcpHost> OnTcp(
        string profile = "galaxy", string quirks = "", int seed = 1, string? store = null, TimeProvider? time = null) =>
        new(new TcpHost(Create(profile, quirks, seed, store, time), 0, time));

    private static SimulatedPhone Create(string profile, string quirks, int seed, string? store, TimeProvider? time) =>
        SimulatedPhone.Create(profile, seed, Quirks.Parse(quirks), store, time);
}
