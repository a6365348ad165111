using System.Buffers.Binary;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.PhoneSimulator.Store;

namespace ImeiAgent.PhoneSimulator.Commands;

/// <summary>
/// NV_READ, NV_WRITE and the NV subsystem. Both packets are header, 128 data bytes, u16 status; the header is 3 bytes for 26 and 27,
/// 8 for 4B 30. Requests may leave out the status, and plain ones the data too; a plain write may carry just the item's bytes.
/// </summary>
internal sealed class NvCommands(PhoneProfile profile, Quirks quirks, NvMemory memory, PhoneState state, SeededRandom random, PhoneCounters counters)
{
    private const int PlainHeader = 3;
    private const int SubsystemHeader = 8;

    private readonly HashSet<(int Slot, int Item)> _wornOnce = [];
    private int _nvRequests;
    private int _nvWriteRequests;
    private int _nvWrites;

    /// <summary>Serves 26 and 27.</summary>
    public Reaction ServePlain(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        bool write = request[0] == DiagCode.NvWrite;
        bool rightLength = request.Length is 131 or 133 || (write ? request.Length is > 3 and < 131 : request.Length == 3);
        if (!rightLength)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        return Serve(request, reply, PlainHeader, 1, BinaryPrimitives.ReadUInt16LittleEndian(request[1..]), write);
    }

    /// <summary>Serves 4B 30.</summary>
    public Reaction ServeSubsystem(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        int command = BinaryPrimitives.ReadUInt16LittleEndian(request[2..]);
        if (!profile.DualSim || command is not (1 or 2))
            return Reaction.Refuse(RefusalCode.BadCommand, request, reply);
        if (request.Length != SubsystemHeader + NvData.Length + 2)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        int item = BinaryPrimitives.ReadUInt16LittleEndian(request[4..]);
        int context = BinaryPrimitives.ReadUInt16LittleEndian(request[6..]);
        return context > 1
            ? Respond(request, reply, SubsystemHeader, NvStatus.BadParameter)
            : Serve(request, reply, SubsystemHeader, context + 1, item, command == 2);
    }

    private Reaction Serve(ReadOnlySpan<byte> request, Span<byte> reply, int header, int slot, int item, bool write)
    {
        if (write)
            counters.NvWrite();
        NvAnswer answer = memory.Answer(slot, item);
        if (answer == NvAnswer.RefusedBadParameter)
            return Reaction.Refuse(RefusalCode.BadParameter, request, reply);
        bool isBusy = _nvRequests++ < quirks.BusyFirst || random.Roll(quirks.Busy);
        if (write)
            isBusy |= _nvWriteRequests++ < quirks.BusyWrites;
        if (isBusy)
            return Respond(request, reply, header, NvStatus.Busy);
        if (write)
            return Write(request, reply, header, slot, item, answer);
        if (quirks.HangOn.Contains(item))
        {
            state.DeafUntil = long.MaxValue;
            return Reaction.Silence;
        }
        if (quirks.CrashOn.Contains(item))
        {
            counters.Crash();
            return new Reaction(0, Aftermath.Crash);
        }
        if (answer != NvAnswer.Done)
            return Respond(request, reply, header, (NvStatus)answer);

        request[..header].CopyTo(reply);
        memory.Data(slot, item).CopyTo(reply[header..]);
        reply.Slice(header + NvData.Length, 2).Clear();
        return new Reaction(header + NvData.Length + 2);
    }

    private Reaction Write(ReadOnlySpan<byte> request, Span<byte> reply, int header, int slot, int item, NvAnswer answer)
    {
        if (profile.WritesNeedSpc && !state.Unlocked)
            return Reaction.RefuseShort(RefusalCode.BadSpcMode, request, reply);
        if (quirks.WritesNeedPassword && !state.PasswordGiven)
            return Reaction.RefuseShort(RefusalCode.BadSecurityMode, request, reply);
        if (quirks.WritesNeedOffline && state.Mode != OperatingMode.OfflineDigital)
            return Reaction.Refuse(RefusalCode.BadMode, request, reply);
        if (answer is NvAnswer.BadParameter or NvAnswer.BadTarget)
            return Respond(request, reply, header, (NvStatus)answer);
        if (item == NvItemId.Esn.Number || item == NvItemId.Meid.Number
            || (profile.ImeiReadOnly && item == NvItemId.Imei.Number) || quirks.ReadOnly.Contains(item)
            || (quirks.WriteOnce.Contains(item) && memory.IsSpent(slot, item)))
            return Respond(request, reply, header, NvStatus.ReadOnly);

        _nvWrites++;
        if (_nvWrites == quirks.DieBeforeStore)
            return new Reaction(0, Aftermath.PowerLoss);
        if (!quirks.IgnoreWrites.Contains(item))
        {
            Span<byte> data = stackalloc byte[NvData.Length];
            data.Clear();
            ReadOnlySpan<byte> given = request[header..];
            given[..Math.Min(given.Length, NvData.Length)].CopyTo(data);
            if (quirks.Wear.Contains(item) || (quirks.WearOnce.Contains(item) && _wornOnce.Add((slot, item))))
                data[4] ^= 0x10;
            memory.Write(slot, item, data, quirks);
            counters.NvWriteStored();
        }
        return _nvWrites == quirks.DieAfterStore
            ? new Reaction(0, Aftermath.PowerLoss)
            : Respond(request, reply, header, NvStatus.Done);
    }

    /// <summary>The request's header and data again, with a status.</summary>
    private static Reaction Respond(ReadOnlySpan<byte> request, Span<byte> reply, int header, NvStatus status)
    {
        int length = header + NvData.Length + 2;
        int kept = Math.Min(request.Length, length - 2);
        request[..kept].CopyTo(reply);
        reply[kept..length].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(reply[(length - 2)..], (ushort)status);
        return new Reaction(length);
    }
}
