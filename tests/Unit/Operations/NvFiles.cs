using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ImeiAgent.Operations;

namespace ImeiAgent.Unit.Operations;

/// <summary>Backup files of other programs, written as a test wants them: they say of themselves whose they are.</summary>
internal static class NvFiles
{
    /// <summary>Imports a file with items 0 (ESN) and 550 (IMEI), and 1943 (MEID) where that is given as the item's bytes.</summary>
    public static SnapshotView Import(Bench bench, string name, int slot, uint esn, string packed, string meid = "")
    {
        var text = new StringBuilder($"[NV items]\r\n[Complete items - {(meid.Length > 0 ? 3 : 2)}, Items size - 128]\r\n\r\n");
        var serial = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(serial, esn);
        Append(text, "00000 (0x0000)", serial);
        Append(text, "00550 (0x0226)", Convert.FromHexString(packed));
        if (meid.Length > 0)
            Append(text, "01943 (0x0797)", Convert.FromHexString(meid));
        return new ImportBackup(bench.Backups, bench.Vault).Run(name, slot, new MemoryStream(Encoding.ASCII.GetBytes(text.ToString())), Caller.Local("test"));
    }

    /// <summary>The ESN of the only phone.</summary>
    public static async Task<uint> EsnAsync(Bench bench) =>
        uint.Parse((await bench.Registry.RequireAsync("", Bench.Ct)).Last.Identity.Esn, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static void Append(StringBuilder text, string item, byte[] data)
    {
        text.Append(item).Append("   -   OK\r\n");
        byte[] cell = [.. data, .. new byte[128 - data.Length]];
        foreach (byte[] row in cell.Chunk(16))
            text.Append(string.Concat(row.Select(b => $"{b:X2} "))).Append("\r\n");
    }
}
