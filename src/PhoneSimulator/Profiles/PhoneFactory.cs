using System.Buffers.Binary;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.PhoneSimulator.Store;

namespace ImeiAgent.PhoneSimulator.Profiles;

/// <summary>Makes up the NV items of a phone; the same profile and seed always give the same bytes.</summary>
internal static class PhoneFactory
{
    /// <summary>The first item number of the range whose reads and writes are refused by a BAD_PARM packet, without a status.</summary>
    public const int FirstRefused = 60000;

    /// <summary>The last item number of that range.</summary>
    public const int LastRefused = 61023;

    /// <summary>The ESN: a pseudo-ESN begins with 80.</summary>
    public static uint Esn(int seed) => 0x80000000 | (uint)(new SeededRandom(Mix(seed, 0xE5)).Next() & 0xFFFFFF);

    /// <summary>The MEID, 14 hex digits.</summary>
    public static ulong Meid(int seed) => 0x99000000000000 | (new SeededRandom(Mix(seed, 0x3E1D)).Next() & 0xFFFFFFFFFF);

    /// <summary>Slot 1 and slot 2.</summary>
    public static NvStore[] Create(PhoneProfile profile, int seed)
    {
        var slots = new NvStore[] { new(), new() };
        Fill(slots[0], slots[1], new SeededRandom(Mix(seed, 1)));
        foreach (NvStore slot in slots)
            PutIdentity(slot, seed);
        PutImei(slots[0], profile.ImeiLost ? null : PhoneProfile.Slot1Imei);
        if (profile.ImeiLost || !profile.DualSim)
            slots[1].Clear(NvItemId.Imei.Number, NvAnswer.NotActive);
        else
            PutImei(slots[1], PhoneProfile.Slot2Imei);
        return slots;
    }

    private static void Fill(NvStore first, NvStore second, SeededRandom random)
    {
        Span<byte> data = stackalloc byte[NvData.Length];
        NvAnswer answer = NvAnswer.NotActive;
        for (int item = 0, left = 0; item < NvItemId.Count; item++)
        {
            if (left-- == 0 || item is 7200 or 10000 or 10512 or 20000 or 20480 or 50000 or 50128)
            {
                answer = Pick(item, random);
                left = random.Below(24);
            }
            if (item is >= FirstRefused and <= LastRefused)
                Both(NvAnswer.RefusedBadParameter);
            else if (answer != NvAnswer.Done)
                Both(answer);
            else
                Activate(item, Size(random));

            void Both(NvAnswer value)
            {
                first.Clear(item, value);
                second.Clear(item, value);
            }
        }
        foreach ((ushort item, byte size) in UsualItems.Plain)
            Activate(item, size);
        foreach ((ushort item, byte size) in UsualItems.Secret)
        {
            first.Put(item, default);
            second.Put(item, default);
        }

        // Numbers and bytes that must be escaped, and the last number there is.
        foreach (int item in (ReadOnlySpan<int>)[125, 126, 65535])
        {
            first.Put(item, [0x7E, 0x7D, 0x7D, 0x7E, 0x5E, 0x5D, (byte)item]);
            second.Put(item, [0x7D, 0x5E, 0x7E, 0x7E, (byte)item]);
        }

        void Activate(int item, int size)
        {
            Span<byte> value = stackalloc byte[NvData.Length];
            Invent(value[..size], random);
            first.Put(item, value);
            // The second subscription has about half of the items, most with values of its own.
            if (random.Below(2) == 0)
            {
                second.Clear(item, NvAnswer.NotActive);
                return;
            }
            if (random.Below(4) != 0)
                Invent(value[..size], random);
            second.Put(item, value);
        }
    }

    /// <summary>Phones have their items below about 7200, with gaps, and a few vendor ranges above.</summary>
    private static NvAnswer Pick(int item, SeededRandom random)
    {
        int percent = random.Below(100);
        return item switch
        {
            < 7200 => percent < 48 ? NvAnswer.Done : percent < 91 ? NvAnswer.NotActive : NvAnswer.BadParameter,
            >= 10000 and < 10512 => percent < 75 ? NvAnswer.Done : NvAnswer.NotActive,
            >= 20000 and < 20480 => NvAnswer.BadTarget,
            >= 50000 and < 50128 => percent < 60 ? NvAnswer.Done : NvAnswer.NotActive,
            _ => percent < 96 ? NvAnswer.BadParameter : NvAnswer.NotActive,
        };
    }

    private static int Size(SeededRandom random) => random.Below(16) switch
    {
        < 6 => 1,
        < 8 => 2,
        < 11 => 4,
        < 12 => 8,
        < 14 => 1 + random.Below(40),
        _ => 40 + random.Below(NvData.Length - 39),
    };

    private static void Invent(Span<byte> value, SeededRandom random)
    {
        if (value.Length <= 2)
        {
            value.Clear();
            value[0] = (byte)random.Below(12);
            return;
        }
        random.Fill(value);
        if (random.Below(8) == 0)
            value[random.Below(value.Length)] = (byte)(0x7D + random.Below(2));
    }

    private static void PutIdentity(NvStore slot, int seed)
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Esn(seed));
        slot.Put(NvItemId.Esn.Number, value[..4]);
        BinaryPrimitives.WriteUInt64LittleEndian(value, Meid(seed));
        slot.Put(NvItemId.Meid.Number, value);
    }

    private static void PutImei(NvStore slot, string? digits) =>
        slot.Put(NvItemId.Imei.Number, digits is null ? default : Imei.FromDigits(digits).Pack().Trimmed);

    private static ulong Mix(int seed, uint purpose) => (ulong)(uint)seed << 32 | purpose;
}
