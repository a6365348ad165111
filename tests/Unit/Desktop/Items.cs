using Google.Protobuf;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.V1;

namespace ImeiAgent.Unit.Desktop;

/// <summary>Items and a small catalogue.</summary>
internal static class Items
{
    public static ItemCatalogue Catalogue { get; } = new(
    [
        new NvItemInfo { Item = 10, Name = "NV_PREF_MODE_I", Group = "mode", Meaning = "mode preference" },
        new NvItemInfo { Item = 85, Name = "NV_SEC_CODE_I", Group = "secret", Meaning = "service programming code" },
        new NvItemInfo { Item = 550, Name = "NV_UE_IMEI_I", Group = "identity", Meaning = "IMEI of the phone" },
        new NvItemInfo { Item = 582, Name = "NV_LATER_I", Group = "of_later_agents", Meaning = "" },
        new NvItemInfo { Item = 1877, Name = "NV_RF_BC_CONFIG_I", Group = "rf_calibration", Meaning = "bands of the radio" },
    ]);

    public static ItemLook Look { get; } = new(Catalogue);

    /// <summary>With data; filled up with 00 to its 128 bytes.</summary>
    public static NvItem Data(uint item, string hex, uint slot = 1, string text = "")
    {
        byte[] data = new byte[128];
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)).CopyTo(data, 0);
        return Data(item, data, slot, text);
    }

    public static NvItem Data(uint item, byte[] data, uint slot = 1, string text = "") =>
        new() { Item = item, Slot = slot, Outcome = NvOutcome.Answered, Data = ByteString.CopyFrom(data), Text = text };

    /// <summary>An answer without data, by its NV status.</summary>
    public static NvItem Status(uint item, uint status, uint slot = 1) => new() { Item = item, Slot = slot, Outcome = NvOutcome.Answered, Status = status };

    public static NvItem NotActive(uint item, uint slot = 1) => Status(item, 5, slot);

    public static NvItem Refused(uint item, uint code, uint slot = 1) => new() { Item = item, Slot = slot, Outcome = NvOutcome.Refused, Refusal = code };

    public static NvItem Of(NvOutcome outcome, uint item, uint slot = 1) => new() { Item = item, Slot = slot, Outcome = outcome };
}
