using System.Buffers.Binary;
using System.Text;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.PhoneSimulator.Commands;

/// <summary>CONTROL, SPC and PASSWORD: what changes how the phone takes other commands, until it restarts.</summary>
internal sealed class ModeCommands(PhoneProfile profile, Quirks quirks, PhoneState state, TimeProvider time)
{
    private const ulong RightPassword = 0xFFFF_FFFF_FFFF_FFFE;

    /// <summary>Serves 29.</summary>
    public Reaction Control(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        if (quirks.NoControl)
            return Reaction.Refuse(RefusalCode.BadCommand, request, reply);
        if (request.Length != 3)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        var mode = (OperatingMode)BinaryPrimitives.ReadUInt16LittleEndian(request[1..]);
        if (mode > OperatingMode.PowerOff)
            return Reaction.Refuse(RefusalCode.BadParameter, request, reply);

        // The way back from offline is a restart.
        bool offline = state.Mode is OperatingMode.OfflineAnalog or OperatingMode.OfflineDigital;
        if ((mode == OperatingMode.Online && offline) || (mode == OperatingMode.Reset && quirks.ResetNeedsOffline && !offline))
            return Reaction.Refuse(RefusalCode.BadMode, request, reply);
        if (mode is OperatingMode.Reset or OperatingMode.PowerOff)
        {
            int length = quirks.SilentReset ? 0 : Reaction.Answer(request, reply).Length;
            return new Reaction(length, mode == OperatingMode.Reset ? Aftermath.Restart : Aftermath.PowerOff);
        }
        state.Mode = mode;
        return Reaction.Answer(request, reply);
    }

    /// <summary>Serves 41.</summary>
    public Reaction Spc(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        if (request.Length != 7)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        bool right = request[1..].SequenceEqual(Encoding.ASCII.GetBytes(profile.Spc));
        state.Unlocked |= right;
        return Tried(DiagCode.Spc, right, reply);
    }

    /// <summary>Serves 46.</summary>
    public Reaction Password(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        if (request.Length != 9)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        bool right = BinaryPrimitives.ReadUInt64BigEndian(request[1..]) == RightPassword;
        state.PasswordGiven |= right;
        return Tried(DiagCode.Password, right, reply);
    }

    private Reaction Tried(byte command, bool right, Span<byte> reply)
    {
        TimeSpan silence = quirks.SpcSilence ?? profile.SpcSilence;
        if (!right && silence > TimeSpan.Zero)
            state.DeafUntil = time.GetTimestamp() + (long)(silence.TotalSeconds * time.TimestampFrequency);
        return Reaction.Answer([command, right ? (byte)1 : (byte)0], reply);
    }
}
