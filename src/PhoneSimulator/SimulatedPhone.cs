using System.Buffers.Binary;
using System.Text;
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
    private readonly NvCommands _nv;
    private volatile IdentityCommands _identity;
    private readonly TimeProvider _time;
    private long _requests;

    private SimulatedPhone(PhoneProfile profile, int seed, Quirks quirks, StoreFile? file, NvStore[] slots, TimeProvider time)
    {
        Profile = profile;
        Seed = seed;
        Quirks = quirks;
        _time = time;
        Random = new SeededRandom((ulong)(uint)seed << 32 | 0xD1CE);
        _memory = new NvMemory(slots, file, quirks.RevertAfterReset);
        _nv = new NvCommands(profile, quirks, _memory, _state, new SeededRandom((ulong)(uint)seed << 32 | 0xB5), Counters);
        _identity = new IdentityCommands(profile, Esn, time);
    }

    /// <summary>Makes a phone.</summary>
    /// <param name="profile">The name of one of <see cref="PhoneProfile.All"/>.</param>
    /// <param name="seed">Decides ESN, MEID, NV items and the rolls of the quirks; the same seed gives the same phone.</param>
    /// <param name="quirks">How it misbehaves; null: not at all.</param>
    /// <param name="storeFile">Where NV writes are kept over a kill of the process; loaded when it exists. Null: in memory only.</param>
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

    /// <summary>How it misbehaves.</summary>
    public Quirks Quirks { get; }

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

    /// <summary>What a client that reads this item must come to know, without quirks.</summary>
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
            Counters.Request(request[0]);
            _requests++;
            if (_state.DeafUntil != 0 && _time.GetTimestamp() < _state.DeafUntil)
                return Reaction.Silence;
            Reaction reaction = Serve(request, reply);
            if (Quirks.BareRefusals && reaction.Length > 1 && Refusals.IsRefusal(reply[0]))
                reaction = reaction with { Length = 1 };
            if (_requests == Quirks.UnplugAfter)
                reaction = new Reaction(0, Aftermath.Unplug);
            _state.IsDown = reaction.After is not (Aftermath.None or Aftermath.Unplug);
            return reaction;
        }
    }

    /// <summary>What switching it on does: the mode, the SPC lock and values that do not last are as after a restart.</summary>
    internal void PowerOn()
    {
        lock (_gate)
        {
            if (!_state.IsDown && _state.DeafUntil != long.MaxValue)
                return;
            _state.PowerOn();
            _memory.Restart();
        }
    }

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
                return Control(request, reply);
            case DiagCode.Spc:
                return Unlock(request, reply);
            case DiagCode.Password:
                if (request.Length != 9)
                    return Reaction.Refuse(RefusalCode.BadLength, request, reply);
                bool right = BinaryPrimitives.ReadUInt64BigEndian(request[1..]) == 0xFFFF_FFFF_FFFF_FFFE;
                return Reaction.Answer([DiagCode.Password, right ? (byte)1 : (byte)0], reply);
            default:
                return _identity.Serve(request, reply) ?? Reaction.Refuse(RefusalCode.BadCommand, request, reply);
        }
    }

    private Reaction Control(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        if (request.Length != 3)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        var mode = (OperatingMode)BinaryPrimitives.ReadUInt16LittleEndian(request[1..]);
        if (mode > OperatingMode.PowerOff)
            return Reaction.Refuse(RefusalCode.BadParameter, request, reply);

        // The way back from offline is a restart.
        bool offline = _state.Mode is OperatingMode.OfflineAnalog or OperatingMode.OfflineDigital;
        if (mode == OperatingMode.Online && offline)
            return Reaction.Refuse(RefusalCode.BadMode, request, reply);
        if (mode is OperatingMode.Reset or OperatingMode.PowerOff)
        {
            int length = Quirks.SilentReset ? 0 : Reaction.Answer(request, reply).Length;
            return new Reaction(length, mode == OperatingMode.Reset ? Aftermath.Restart : Aftermath.PowerOff);
        }
        _state.Mode = mode;
        return Reaction.Answer(request, reply);
    }

    private Reaction Unlock(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        if (request.Length != 7)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        bool right = request[1..].SequenceEqual(Encoding.ASCII.GetBytes(Profile.Spc));
        TimeSpan silence = Quirks.SpcSilence ?? Profile.SpcSilence;
        if (right)
            _state.Unlocked = true;
        else if (silence > TimeSpan.Zero)
            _state.DeafUntil = _time.GetTimestamp() + (long)(silence.TotalSeconds * _time.TimestampFrequency);
        return Reaction.Answer([DiagCode.Spc, right ? (byte)1 : (byte)0], reply);
    }
}
