using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>
/// A phone that is ready: one open conversation. When it breaks, this object is spent; the registry makes a new one when the phone
/// comes back, under the same name.
/// </summary>
public sealed class Phone
{
    private readonly FlightLog _flight;
    private volatile PhoneReading _last;

    internal Phone(string name, PortSpec port, DiagSession session, WriteGate gate, PhoneReading reading, FlightRecorder? recorder, FlightLog flight)
    {
        Name = name;
        Port = port.ToString();
        Session = session;
        Gate = gate;
        Recorder = recorder;
        _flight = flight;
        _last = reading;
    }

    /// <summary>Name that stays with the phone, as in "devices/sm-g991u-3f2a".</summary>
    public string Name { get; }

    /// <summary>The port in its canonical form.</summary>
    public string Port { get; }

    /// <summary>What it told when it was last asked.</summary>
    public PhoneReading Last => _last;

    /// <summary>What went over its port since it was opened.</summary>
    public SessionCounters Traffic => Session.Counters;

    internal DiagSession Session { get; }

    /// <summary>Another for each conversation with each phone.</summary>
    internal Guid Conversation { get; } = Guid.NewGuid();

    internal WriteGate Gate { get; }

    /// <summary>What went over its port lately, also in earlier conversations; null when nothing is recorded.</summary>
    internal FlightRecorder? Recorder { get; }

    /// <summary>Something failed with it: what went over its port before is kept under the current trace, see <see cref="FlightLog"/>.</summary>
    internal void KeepRecording(Exception why) => _flight.Keep(this, why);

    internal void Remember(PhoneReading reading) => _last = reading;

    internal void Remember(IReadOnlyList<SlotReading> slots) => _last = _last with { Slots = slots };

    /// <summary>As it is now.</summary>
    public PhoneView View() => new(Name, Port, PhoneState.Ready, "", _last);
}
