using System.Collections.Concurrent;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImeiAgent.Unit.Operations;

/// <summary>
/// An agent with ports into which phones are plugged, and from which they are pulled, while it dumps. It begins when it is first used;
/// its vault is that of a bench.
/// </summary>
internal sealed class Sockets(Bench bench, params string[] ports) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, RunningPhone<MemoryHost>> _plugged = [];
    private PhoneRegistry? _registry;
    private DumpJobs? _jobs;

    public PhoneRegistry Registry => _registry ??= bench.NewRegistry([.. ports.Select(PortSpec.Parse)], OpenAsync);

    public DumpJobs Jobs => _jobs ??= new DumpJobs(Registry, bench.Vault, TimeProvider.System, NullLogger<DumpJobs>.Instance);

    /// <summary>Puts a phone on a port that has none.</summary>
    public void Plug(string port, RunningPhone<MemoryHost> phone)
    {
        phone.Host.Replug();
        _plugged[port] = phone;
    }

    /// <summary>Pulls the cable of the phone on a port; the port vanishes.</summary>
    public void Pull(string port)
    {
        _plugged.Remove(port, out RunningPhone<MemoryHost>? phone);
        phone!.Host.Unplug();
    }

    public async ValueTask DisposeAsync()
    {
        if (_jobs is not null)
            await _jobs.DisposeAsync();
        if (_registry is not null)
            await _registry.DisposeAsync();
    }

    private ValueTask<Stream> OpenAsync(PortSpec port, CancellationToken ct)
    {
        try
        {
            if (_plugged.TryGetValue(port.Name, out RunningPhone<MemoryHost>? phone))
                return ValueTask.FromResult(phone.Host.Open());
        }
        catch (IOException)
        {
            // It was pulled in this moment.
        }
        throw new PortOpenException(port, PortFault.NotFound, "nothing is plugged in");
    }
}
