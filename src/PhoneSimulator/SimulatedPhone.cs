using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.PhoneSimulator.Commands;
using ImeiAgent.PhoneSimulator.Profiles;
using ImeiAgent.PhoneSimulator.Store;

namespace ImeiAgent.PhoneSimulator;

/// <summary>
/// A phone made of code: takes request packets and gives reply packets. It obeys the wire, not our classes. Run it on a
/// <see cref="PhoneHost"/>; its NV items outlive restarts, unplugging and, with a store file, the process.
/// </summary>
public sealed class SimulatedPhone : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PhoneState _state = new();
    private readonly NvMemory _memory;
    private readonly SeededRandom _nvRandom;
    private readonly TimeProvider _time;
    private volatile Quirks _quirks;
    private volatile IdentityCommands _identity;
    private NvCommands _nv;
    private ModeCommands _mode;
    private long _requests;

    private SimulatedPhone(PhoneProfile profile, int seed, Quirks quirks, StoreFile? file, NvStore[] slots, TimeProvider time)
    {
        Profile = profile;
        Seed = seed;
        _quirks = quirks;
        _time = time;
        Random = new SeededRandom((ulong)(uint)seed << 32 | 0xD1CE);
        _nvRandom = new SeededRandom((ulong)(uint)seed << 32 | 0xB5);
        _memory = new NvMemory(slots, file);
        (_nv, _mode) = Commands(quirks);
        _identity = new IdentityCommands(profile, Esn, time);
    }

    /// <summary>Makes a phone.</summary>
    /// <param name="profile">The name of one of <see cref="PhoneProfile.All"/>.</param>
    /// <param name="seed">Decides ESN, MEID, NV items and the rolls of the quirks; the same seed gives the same phone.</param>
    /// <param name="quirks">How it misbehaves; null: not at all.</param>
    /// <param name="storeFile">Where NV writes are kept over a kill of the process, once stored; loaded when it exists. Null: in memory only.</param>
    /// <param name="time">The clock of delays and silences; null: the system's.</param>
    /// <exception cref="ArgumentException">There is no such profile.</exception>
    /// <exception cref="InvalidDataException">The store file is not one of this profile and seed.</exception>
    /// <exception cref="IOException">The store file cannot be opened.</exception>
    public static SimulatedPhone Create(string profile, int seed, Quirks? quirks = null, string? storeFile = null, TimeProvider? time = null)
    {
        PhoneProfile kind = PhoneProfile.Find(profile);
        NvStore[] slots = PhoneFactory.Create(kind, seed);
        StoreFile? file = storeFile is null ? null : StoreFile.Open(storeFile, profile, seed, slots);
        return new SimulatedPhone(kind, seed, quirks ?? Quirks.None, file, slots, time ?? TimeProvider.System);
    }

    /// <summary>What it is.</summary>
    public PhoneProfile Profile { get; }

    /// <summary>What makes it differ from others of its profile.</summary>
    public int Seed { get; }

    /// <summary>
    /// How it misbehaves. It may be changed while the phone runs: what was counted for <c>busy-first</c>, <c>wear-once</c>, <c>die</c> and
    /// <c>unplug-after</c> starts anew, and an open port takes it up with the next bytes it reads, requests it holds being answered first.
    /// </summary>
    public Quirks Quirks
    {
        get => _quirks;
        set
        {
            lock (_gate)
            {
                _quirks = value;
                (_nv, _mode) = Commands(value);
                _requests = 0;
            }
        }
    }

    /// <summary>What reached it and what it did.</summary>
    public PhoneCounters Counters { get; } = new();

    /// <summary>Replies to keep back or lose.</summary>
    public Traps Traps { get; } = new();

    /// <summary>The ESN, as command 01 and item 0 tell it.</summary>
    public uint Esn => PhoneFactory.Esn(Seed);

    /// <summary>The MEID, 14 upper-case hex digits, as item 1943 tells it.</summary>
    public string Meid => PhoneFactory.Meid(Seed).ToString("X14", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A firmware update: from now on it tells another build. Its NV items stay.</summary>
    public void Flash(string build) => _identity = new IdentityCommands(Profile with { Build = build }, Esn, _time);

    /// <summary>Whether it is switched off, restarting or without power; <see cref="PhoneHost.Replug"/> switches it on.</summary>
    public bool IsDown
    {
        get
        {
            lock (_gate)
                return _state.IsDown;
        }
    }

    /// <summary>What a client that reads this item must come to know, without quirks; after a loss of power, what survived it.</summary>
    /// <param name="slot">1 or 2.</param>
    /// <param name="item">0 to 65535.</param>
    public NvReading Truth(int slot, int item)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slot, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slot, 2);
        lock (_gate)
            return _memory.Reading(slot, item);
    }

    /// <summary>The data of an active item; false when it is not active.</summary>
    public bool TryGet(int slot, int item, out NvData data)
    {
        NvReading reading = Truth(slot, item);
        data = reading.Data;
        return reading.IsActive;
    }

    /// <summary>Stores an item behind the client's back, and in the store file. No quirk applies.</summary>
    public void Put(int slot, int item, ReadOnlySpan<byte> data)
    {
        lock (_gate)
            _memory.Set(slot, item, NvAnswer.Done, data);
    }

    /// <summary>Makes an item not active behind the client's back, and in the store file.</summary>
    public void Erase(int slot, int item)
    {
        lock (_gate)
            _memory.Set(slot, item, NvAnswer.NotActive, default);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _memory.Dispose();
    }

    internal SeededRandom Random { get; }

    /// <summary>Serves one request packet. <paramref name="reply"/> must hold 256 bytes more than the request.</summary>
    internal Reaction Handle(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        lock (_gate)
        {
            if (_state.IsDown)
                return Reaction.Silence;
            // Looked at before it is counted: whoever waits for the count may move the clock.
            bool isDeaf = _state.DeafUntil != 0 && _time.GetTimestamp() < _state.DeafUntil;
            Counters.Request(request[0]);
            _requests++;
            if (isDeaf)
                return Reaction.Silence;
            Quirks quirks = _quirks;
            Reaction reaction = Serve(request, reply);
            if (quirks.BareRefusals && reaction.Length > 1 && Refusals.IsRefusal(reply[0]))
                reaction = reaction with { Length = 1 };
            if (_requests == quirks.UnplugAfter)
                reaction = new Reaction(0, Aftermath.Unplug);
            if (reaction.After is not (Aftermath.None or Aftermath.Unplug))
                PowerDown(orderly: reaction.After is Aftermath.Restart or Aftermath.PowerOff);
            return reaction;
        }
    }

    /// <summary>Switches it on if it is off, or if it hangs: the mode and the locks are as after a restart. False when it was on.</summary>
    internal bool PowerOn()
    {
        lock (_gate)
        {
            if (!_state.IsDown && _state.DeafUntil != long.MaxValue)
                return false;
            // Who takes the battery out of a phone that hangs gives it no time to store anything.
            if (!_state.IsDown)
                PowerDown(orderly: false);
            _state.PowerOn();
            return true;
        }
    }

    /// <summary>Its power is gone: whatever it had not stored is lost.</summary>
    internal void LosePower()
    {
        lock (_gate)
            PowerDown(orderly: false);
    }

    private void PowerDown(bool orderly)
    {
        _state.IsDown = true;
        _memory.PowerDown(orderly);
    }

    private (NvCommands Nv, ModeCommands Mode) Commands(Quirks quirks) =>
        (new NvCommands(Profile, quirks, _memory, _state, _nvRandom, Counters), new ModeCommands(Profile, quirks, _state, _time));

    private Reaction Serve(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        switch (request[0])
        {
            case DiagCode.NvRead or DiagCode.NvWrite:
                return _nv.ServePlain(request, reply);
            case DiagCode.Subsystem when request.Length >= 4 && request[1] == DiagCode.NvSubsystem:
                return _nv.ServeSubsystem(request, reply);
            case DiagCode.Subsystem when request.SequenceEqual<byte>([DiagCode.Subsystem, 0x32, 0x03, 0x00]):
                reply[..16].Clear();
                request.CopyTo(reply);
                return new Reaction(16);
            case DiagCode.Control:
                return _mode.Control(request, reply);
            case DiagCode.Spc:
                return _mode.Spc(request, reply);
            case DiagCode.Password:
                return _mode.Password(request, reply);
            default:
                return _identity.Serve(request, reply) ?? Reaction.Refuse(RefusalCode.BadCommand, request, reply);
        }
    }
}
