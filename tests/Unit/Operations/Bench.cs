using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A workbench: simulated phones in memory on ports /dev/sim1, /dev/sim2 ..., a vault, and the operations.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, RunningPhone<MemoryHost>> _phones = [];
    private readonly List<PortSpec> _ports = [];
    private readonly SessionOptions _session;
    private readonly RestoreOptions _patience;
    private readonly string _lease = Guid.NewGuid().ToString();
    private PhoneRegistry? _registry;
    private Leases? _leases;
    private RefusalLog? _refusals;
    private RestoreImei? _restore;
    private DumpJobs? _jobs;

    public Bench(string profile = "galaxy-imei-lost", string quirks = "", TimeSpan? replyTimeout = null, TimeSpan? returnLimit = null, TimeSpan? restartPatience = null)
    {
        _patience = new RestoreOptions { ReturnLimit = returnLimit ?? TimeSpan.FromSeconds(20), RestartPatience = restartPatience ?? TimeSpan.FromSeconds(15) };
        // Lost replies are rare in these tests, and a machine under load must not look like a phone that is silent.
        _session = new SessionOptions { InitialWindow = 8, LargestWindow = 8, ReplyTimeout = replyTimeout ?? TimeSpan.FromSeconds(3), DrainTime = replyTimeout ?? TimeSpan.FromSeconds(3) };
        Vault = VaultFile.Open(_folder.File("vault"), TimeProvider.System);
        Plug(profile, quirks);
        // Before many ask for it at once.
        _ = Leases;
    }

    public VaultFile Vault { get; }

    /// <summary>What stands between the agent and its ports, for those that are opened from now on.</summary>
    public Func<Stream, Stream> Through { get; set; } = port => port;

    public PhoneRegistry Registry => _registry ??= NewRegistry(_ports);

    public RestoreImei Restore => _restore ??= new RestoreImei(Registry, Vault, Leases, TimeProvider.System, NullLogger<RestoreImei>.Instance);

    public Leases Leases => _leases ??= new Leases(Vault, TimeProvider.System, NullLogger<Leases>.Instance);

    public JournalDesk Desk => new(Registry, Vault, Restore, TimeProvider.System);

    public ApprovalDesk Approvals => new(Vault);

    public RefusalLog Refusals => _refusals ??= new RefusalLog(Vault, TimeProvider.System, NullLogger<RefusalLog>.Instance);

    public LeaseDesk LeaseDesk => new(Registry, Leases, Refusals);

    public AuditDesk AuditDesk => new(Registry, Vault, TimeProvider.System);

    public DumpJobs Jobs => _jobs ??= new DumpJobs(Registry, Vault, TimeProvider.System, NullLogger<DumpJobs>.Instance);

    public Backups Backups => new(Registry, Vault);

    public RunningPhone<MemoryHost> First => _phones["/dev/sim1"];

    public SimulatedPhone Phone => First.Phone;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Puts one more phone on a port of its own; before the registry is first used.</summary>
    public RunningPhone<MemoryHost> Plug(string profile, string quirks = "", int seed = 1)
    {
        string port = $"/dev/sim{_phones.Count + 1}";
        var phone = Phones.InMemory(profile, quirks, seed);
        _phones[port] = phone;
        _ports.Add(PortSpec.Parse(port));
        return phone;
    }

    public PhoneRegistry NewRegistry(IReadOnlyList<PortSpec> ports, PortOpener? open = null) => new(
        new RegistryOptions { Ports = ports, Open = open ?? OpenAsync, Session = _session, Restore = _patience },
        Vault, TimeProvider.System, NullLogger<PhoneRegistry>.Instance);

    public ValueTask<Stream> OpenAsync(PortSpec port, CancellationToken ct)
    {
        try
        {
            return _phones.TryGetValue(port.Name, out RunningPhone<MemoryHost>? phone)
                ? ValueTask.FromResult(Through(phone.Host.Open()))
                : throw new PortOpenException(port, PortFault.NotFound, "no such simulator");
        }
        catch (FileNotFoundException e)
        {
            throw new PortOpenException(port, PortFault.NotFound, e.Message);
        }
        catch (IOException e)
        {
            throw new PortOpenException(port, PortFault.HeldByAnother, e.Message);
        }
    }

    /// <summary>The only phone when it is ready, also after it restarted.</summary>
    public async Task<Phone> ReadyAsync()
    {
        await Eventually.HoldsAsync(() => Registry.List() is [{ State: PhoneState.Ready }], text: "the phone is ready");
        return await Registry.RequireAsync("", Ct);
    }

    /// <summary>Starts a dump and watches it to its end.</summary>
    public async Task<List<DumpEvent>> DumpAsync(DumpRequest request, WatchRequest? watch = null)
    {
        var events = new List<DumpEvent>();
        await foreach (DumpEvent told in Jobs.ReadAsync(request, watch ?? new WatchRequest(), Ct))
            events.Add(told);
        return events;
    }

    /// <summary>Ends what works at jobs, as the end of the agent does; the next use of <see cref="Jobs"/> is the next agent's.</summary>
    public async Task StopJobsAsync()
    {
        await Jobs.DisposeAsync();
        _jobs = null;
    }

    /// <summary>A request that fits a phone whose slot 1 was lost; it does not restart the phone.</summary>
    public static RestoreRequest Label(string label = "356938035643809", int slot = 1) => new()
    {
        Slots = [new SlotOrder { Slot = slot, Label = label }],
        Reason = "ticket 4711",
        Evidence = "photo of the label",
        RequestId = Guid.NewGuid().ToString(),
        Restart = false,
        By = Caller.Local("test"),
    };

    /// <summary>Both slots from their labels.</summary>
    public static RestoreRequest Both(string label1 = "356938035643809", string label2 = "490154203237518") =>
        Label() with { Slots = [new SlotOrder { Slot = 1, Label = label1 }, new SlotOrder { Slot = 2, Label = label2 }] };

    /// <summary>The number of a snapshot.</summary>
    public static RestoreRequest From(string snapshot, int slot = 1) => Label().WithSlot(s => new SlotOrder { Slot = slot, Snapshot = snapshot });

    /// <summary>Restores and returns all events.</summary>
    public async Task<List<RestoreEvent>> RunAsync(RestoreRequest request)
    {
        var events = new List<RestoreEvent>();
        await foreach (RestoreEvent told in Restore.RunAsync(await LeasedAsync(request), Ct))
            events.Add(told);
        return events;
    }

    /// <summary>
    /// The request with a lease on its phone, the same for all requests of one caller; as it is when it has one, needs none, or no phone fits.
    /// </summary>
    public Task<RestoreRequest> LeasedAsync(RestoreRequest request) => LeasedAsync(request, Registry);

    /// <inheritdoc cref="LeasedAsync(RestoreRequest)"/>
    public async Task<RestoreRequest> LeasedAsync(RestoreRequest request, PhoneRegistry registry)
    {
        if (request.ValidateOnly || request.FencingToken != 0)
            return request;
        string device;
        try
        {
            device = (await registry.ChooseAsync(request.Device, Ct)).Name;
        }
        catch (OperationException)
        {
            return request;
        }
        LeaseView lease = await Leases.AcquireAsync(Order(device, request.By) with { RequestId = _lease }, Ct);
        return request with { FencingToken = lease.Token };
    }

    /// <summary>Asks for a lease that lasts as long as any test.</summary>
    public static LeaseOrder Order(string device, Caller by) => new()
    {
        Device = device,
        Purpose = "ticket 4711",
        RequestId = Guid.NewGuid().ToString(),
        Ttl = TimeSpan.FromHours(1),
        By = by,
    };

    /// <summary>Restores and returns how it ended.</summary>
    public async Task<RestoreEnded> EndAsync(RestoreRequest request) => Assert.IsType<RestoreEnded>((await RunAsync(request))[^1]);

    /// <summary>The same at a later day: the phone and the vault are of today.</summary>
    public async Task<RestoreEnded> EndLaterAsync(RestoreRequest request, TimeSpan by)
    {
        var later = new RestoreImei(Registry, Vault, Leases, new LaterTime(by), NullLogger<RestoreImei>.Instance);
        return Assert.IsType<RestoreEnded>(await later.RunAsync(await LeasedAsync(request), Ct).LastAsync(Ct));
    }

    /// <summary>Restores, expecting to be refused before anything is sent.</summary>
    public async Task<OperationException> RefusedAsync(RestoreRequest request)
    {
        var refused = await Assert.ThrowsAsync<OperationException>(() => RunAsync(request));
        Assert.Equal(0, Phone.Counters.NvWritesReceived);
        Assert.Empty(Vault.Journal.ListOpen());
        return refused;
    }

    /// <summary>The phone loses its ESN and MEID, as some do together with their IMEIs.</summary>
    public static void EraseSerials(SimulatedPhone phone)
    {
        phone.Traps.DropReply(DiagCode.Esn, count: 1000);
        phone.Erase(1, NvItemId.Esn.Number);
        phone.Erase(1, NvItemId.Meid.Number);
    }

    /// <summary>The first 9 bytes of item 550; null when the slot is not active.</summary>
    public string? Held(int slot = 1) =>
        Phone.TryGet(slot, 550, out var data) ? Convert.ToHexString(data.Bytes[..9]) : null;

    /// <summary>Makes a table of the vault disappear: reads and writes of it fail from now on.</summary>
    public void BreakVault(string table) => Rename(table, $"{table}_gone");

    /// <summary>Undoes <see cref="BreakVault"/>.</summary>
    public void MendVault(string table) => Rename($"{table}_gone", table);

    /// <summary>Lets a table of the vault be read and not changed from now on.</summary>
    public void FreezeVault(string table) => Change($"CREATE TRIGGER frozen BEFORE UPDATE ON {table} BEGIN DELETE FROM no_such_table; END");

    /// <summary>Undoes <see cref="FreezeVault"/>.</summary>
    public void ThawVault() => Change("DROP TRIGGER frozen");

    /// <summary>Receipt, failure and journal of a restore tell the same.</summary>
    public void AssertEnded(RestoreEnded ended, RestoreOutcome outcome, WriteOutcome journalled)
    {
        Assert.Equal(outcome, ended.Receipt.Outcome);
        Assert.Equal(ended.Failure!.Error, ended.Receipt.Error);
        JournalRow row = Vault.Journal.FindByRequestId(ended.Receipt.RequestId)!;
        Assert.Equal((JournalState.Closed, journalled), (row.State, row.Outcome));
        Assert.Equal(ended.Failure.Error.Name(), row.ErrorReason);
    }

    public async ValueTask DisposeAsync()
    {
        if (_restore is not null)
            await _restore.DrainAsync();
        if (_jobs is not null)
            await _jobs.DisposeAsync();
        if (_registry is not null)
            await _registry.DisposeAsync();
        _leases?.Dispose();
        _refusals?.Dispose();
        foreach (RunningPhone<MemoryHost> phone in _phones.Values)
            await phone.DisposeAsync();
        Vault.Dispose();
        _folder.Dispose();
    }

    private void Rename(string table, string name) => Change($"ALTER TABLE {table} RENAME TO {name}");

    private void Change(string sql)
    {
        using var direct = new SqliteConnection($"Data Source={_folder.File("vault/vault.db")};Pooling=False");
        direct.Open();
        using SqliteCommand command = direct.CreateCommand();
#pragma warning disable CA2100 // The names come from the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}

/// <summary>Changes to what is asked for one slot.</summary>
internal static class Orders
{
    public static RestoreRequest WithSlot(this RestoreRequest request, Func<SlotOrder, SlotOrder> change) =>
        request with { Slots = [change(request.Slots[0])] };
}
