using System.Collections.Concurrent;
using System.Diagnostics;
using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Crash;

/// <summary>What of an agent restores: a vault, the ports, the procedure. No network, and a clock that hurries.</summary>
internal sealed class RestoringAgent : IAsyncDisposable
{
    private const string LeaseRequest = "7f9c24e8-3b12-4c1f-9a52-1c0f6f0d7a11";

    // As an agent that keeps traces: its spans are made, whatever becomes of it.
    private static readonly ActivityListener s_listener = new()
    {
        ShouldListenTo = source => source.Name.StartsWith("ImeiAgent.", StringComparison.Ordinal),
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
    };

    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    static RestoringAgent() => ActivitySource.AddActivityListener(s_listener);

    private RestoringAgent(string vault, string port, RestoringOptions options)
    {
        var time = new HastyTime(options.Haste);
        Vault = VaultFile.Open(vault, time);
        Registry = new PhoneRegistry(
            new RegistryOptions
            {
                Ports = [PortSpec.Parse(port)],
                Open = async (spec, ct) => new WatchedStream(await Ports.OpenAsync(spec, ct), sent => options.Written(this, sent)),
                Session = new SessionOptions { ReplyTimeout = time.Felt(options.ReplyTimeout), DrainTime = time.Felt(options.ReplyTimeout) },
                Restore = new RestoreOptions
                {
                    ReadPatience = time.Felt(options.ReadPatience),
                    RestartPatience = time.Felt(options.RestartPatience),
                    ReturnLimit = time.Felt(options.ReturnLimit),
                },
            },
            Vault, time, new StepLog<PhoneRegistry>(_ => { }, _said.Enqueue));
        try
        {
            Leases = new Leases(Vault, time, new StepLog<Leases>(_ => { }, _said.Enqueue));
            Restore = new RestoreImei(Registry, Vault, Leases, time, new StepLog<RestoreImei>(state => options.Reached(this, state), _said.Enqueue));
        }
        catch
        {
            // Ended while it starts: its ports are closed as a dead agent's are.
            Registry.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Vault.Dispose();
            throw;
        }
        Desk = new JournalDesk(Registry, Vault, Restore, time);
        Identify = new Identify(time);
    }

    /// <summary>Starts one.</summary>
    /// <param name="vault">Its directory.</param>
    /// <param name="port">The only port it watches.</param>
    /// <param name="options">How long it waits for what, and who meets it where.</param>
    public static RestoringAgent Start(string vault, string port, RestoringOptions options) => new(vault, port, options);

    public VaultFile Vault { get; }

    public PhoneRegistry Registry { get; }

    public Leases Leases { get; }

    public RestoreImei Restore { get; }

    public JournalDesk Desk { get; }

    public Identify Identify { get; }

    /// <summary>Completes when <see cref="End"/> was called.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What it logged.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>The phone when it is offered, or as it is when <paramref name="orUnsettled"/>: a restore keeps it from being offered.</summary>
    public async Task<PhoneView> OfferedAsync(bool orUnsettled = false)
    {
        using var limit = new CancellationTokenSource(Eventually.Deadline);
        while (true)
        {
            Task changed = Registry.Changed;
            if (Registry.List() is [var phone] && (phone.State == PhoneState.Ready || (orUnsettled && phone.State == PhoneState.Unsettled)))
                return phone;
            await changed.WaitAsync(limit.Token);
        }
    }

    /// <summary>Restores with a lease of its own, the same for each agent, and returns how it ended.</summary>
    /// <exception cref="OperationException">It was refused.</exception>
    public async Task<RestoreEnded> RunAsync(RestoreRequest request)
    {
        PhoneView phone = await Registry.ChooseAsync(request.Device, CancellationToken.None);
        var order = new LeaseOrder { Device = phone.Name, Purpose = "ticket 4711", RequestId = LeaseRequest, Ttl = TimeSpan.FromHours(1), By = request.By };
        LeaseView lease = await Leases.AcquireAsync(order, CancellationToken.None);
        RestoreEvent? last = null;
        await foreach (RestoreEvent told in Restore.RunAsync(request with { FencingToken = lease.Token }, CancellationToken.None))
            last = told;
        return (RestoreEnded)last!;
    }

    /// <summary>
    /// Ends it in the middle of what the calling thread does, as a kill would: from here on nothing reaches the vault, and what was under way
    /// ends with the exception.
    /// </summary>
    public void End()
    {
        Vault.Dispose();
        _ended.TrySetResult();
        throw new InvalidOperationException("The agent was ended by the test.");
    }

    /// <summary>Closes the ports and the vault. Restores under way are not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        Restore.BeginDrain();
        await Registry.DisposeAsync();
        Leases.Dispose();
        Vault.Dispose();
    }
}

/// <summary>How long an agent waits for what, in the world's time, and who meets it where.</summary>
/// <param name="Haste">How many seconds of its clock pass in one.</param>
internal sealed record RestoringOptions(int Haste)
{
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReadPatience { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan RestartPatience { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan ReturnLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Called on the procedure's thread, which waits for it, when a step is on the disk.</summary>
    public Action<RestoringAgent, JournalState> Reached { get; init; } = (_, _) => { };

    /// <summary>Called on the sender's thread, before each frame (false) and after it (true).</summary>
    public Action<RestoringAgent, bool> Written { get; init; } = (_, _) => { };
}
