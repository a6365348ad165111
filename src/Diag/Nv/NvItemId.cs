using System.Globalization;

namespace ImeiAgent.Diag.Nv;

/// <summary>The number of an NV item, 0 to 65535.</summary>
public readonly record struct NvItemId(ushort Number)
{
    /// <summary>Item 0, NV_ESN_I: electronic serial number, u32.</summary>
    public static readonly NvItemId Esn = new(0);

    /// <summary>Item 550, NV_UE_IMEI_I: the IMEI in 9 bytes.</summary>
    public static readonly NvItemId Imei = new(550);

    /// <summary>Item 1943, NV_MEID_I: u64 with 7 significant bytes.</summary>
    public static readonly NvItemId Meid = new(1943);

    /// <summary>How many numbers there are: a full dump reads 0 to 65535, the last included.</summary>
    public const int Count = 65536;

    /// <summary>The number in decimal, as technicians write it.</summary>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
