using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImeiAgent.Integration.Stress;

/// <summary>A phone on a pseudo-terminal, and everything of the agent below its contract: port, session, registry, dump, vault.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunningPhone<PtyHost> _phone;
    private readonly VaultFile _vault;
    private readonly PhoneRegistry _registry;
    private readonly DumpJobs _jobs;

    public Line(string quirks, int seed, SessionOptions session)
    {
        _phone = Phones.OnPty("galaxy", quirks, seed);
        _vault = VaultFile.Open(_folder.File("vault"), TimeProvider.System);
        var options = new RegistryOptions
        {
            Ports = [PortSpec.Parse(_phone.Host.Path)],
            Open = Ports.OpenAsync,
            Session = session,
            Patience = TimeSpan.FromSeconds(30),
        };
        _registry = new PhoneRegistry(options, _vault, TimeProvider.System, NullLogger<PhoneRegistry>.Instance);
        _jobs = new DumpJobs(_registry, _vault, TimeProvider.System, NullLogger<DumpJobs>.Instance);
    }

    /// <summary>The phone itself, which knows the truth.</summary>
    public SimulatedPhone Phone => _phone.Phone;

    /// <summary>What the session counted.</summary>
    public async Task<SessionCounters> TrafficAsync(CancellationToken ct) => (await _registry.RequireAsync("", ct)).Traffic;

    /// <summary>Reads the range of both SIMs; every batch as it comes, then the summary.</summary>
    public IAsyncEnumerable<DumpEvent> DumpAsync(CancellationToken ct, params IReadOnlyList<ItemRange> ranges) =>
        _jobs.ReadAsync(new DumpRequest { Ranges = ranges, Slots = [1, 2], SaveSnapshot = true }, new WatchRequest(), ct);

    /// <summary>What was kept.</summary>
    public SnapshotContent Kept(string snapshot) => _vault.Snapshots.Load(snapshot["snapshots/".Length..]);

    public async ValueTask DisposeAsync()
    {
        await _jobs.DisposeAsync();
        await _registry.DisposeAsync();
        _vault.Dispose();
        await _phone.DisposeAsync();
        _folder.Dispose();
    }
}
