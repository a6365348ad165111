using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using ImeiAgent.Vault.Formats;

namespace ImeiAgent.Operations;

/// <summary>Takes in a backup file that other programs wrote, checks it, and keeps it as a snapshot.</summary>
public sealed class ImportBackup(Backups backups, VaultFile vault)
{
    /// <summary>The largest file that is taken, in bytes: 64 MiB.</summary>
    public const int LargestFile = 64 * 1024 * 1024;

    // How the note ends of a file whose program lost bytes.
    private const string LostBytes = "the program that wrote the file lost the others.";

    private const int MostFindings = 20;

    /// <summary>Imports the text of NV-items reader/writer or CDMA Workshop.</summary>
    /// <param name="fileName">What the file is called, for the record; at most 255 characters.</param>
    /// <param name="slot">The SIM slot the file holds, 1 or 2.</param>
    /// <param name="file">Its bytes, from the beginning.</param>
    /// <param name="by">Who asks: an import is audited.</param>
    /// <exception cref="OperationException">The file is refused, an argument is wrong, or the vault failed.</exception>
    public SnapshotView Run(string fileName, int slot, Stream file, Caller by)
    {
        // The file.
        if (slot is not (1 or 2))
            throw Faults.Argument("slot", "1 or 2 is expected.");
        if (fileName.Length is 0 or > 255 || fileName.Any(char.IsControl))
            throw Faults.Argument("file_name", "1 to 255 characters are expected.");
        NvTextFile text = Read(file, (byte)slot);

        // Which phone it is of, as far as its own identity items tell: the format says nothing of it.
        var content = new SnapshotBuilder();
        foreach (NvReading reading in text.Readings)
            content.Add(reading);
        SnapshotContent read = content.Build();
        var identity = new PhoneIdentity(
            Model: "", Build: "",
            Esn: IdentityItems.Esn(read.Find((byte)slot, NvItemId.Esn)),
            Meid: IdentityItems.Meid(read.Find((byte)slot, NvItemId.Meid)),
            Compiled: "");

        // Kept with everything that was noticed.
        List<string> notes = [$"Imported from {FreeText.Masked(fileName)}.", .. text.Findings.Take(MostFindings).Select(Describe)];
        // Findings are bounded; this one decides what may be done with the content.
        if (text.IsTailUnreliable)
            notes.Insert(1, $"Only the first {text.ReliableBytes} bytes of every item are sound: {LostBytes}");
        int more = text.Findings.Count + text.FindingsDropped - MostFindings;
        if (more > 0)
            notes.Add($"{more} more findings.");
        if (!identity.IsUnique)
            notes.Add("The file tells neither ESN nor MEID: it cannot be matched with a phone, and no IMEI is restored from it.");
        return VaultAccess.Try(() =>
        {
            SnapshotInfo kept = vault.Snapshots.Save(new NewSnapshot(SnapshotOrigin.Imported, "", identity, notes), read);
            // What a phone shows itself says more than an old file.
            if (read.Find((byte)slot, NvItemId.Imei)?.AsSlot() is { State: ImeiSlotState.Ok, Imei: { } imei })
                vault.Numbers.SawEarlier(identity, "", (byte)slot, imei);
            vault.Audit.Append(by.Did("import-snapshot", "", "imported", $"{SnapshotNames.Full(kept.Name)} of {FreeText.Masked(fileName)}, slot {slot}"));
            return backups.View(kept);
        });
    }

    /// <summary>Whether a snapshot was made of such a file.</summary>
    internal static bool HasLostBytes(SnapshotInfo info) => info.Notes.Any(note => note.EndsWith(LostBytes, StringComparison.Ordinal));

    private static NvTextFile Read(Stream file, byte slot)
    {
        try
        {
            return NvText.Read(file, slot);
        }
        catch (NvTextException e)
        {
            string findings = string.Join("; ", e.Findings.Where(f => f.Severity == NvTextSeverity.Fatal).Take(5).Select(Describe));
            throw Faults.FileInvalid(findings, e);
        }
    }

    private static string Describe(NvTextFinding finding) =>
        finding.Line == 0 ? finding.Text : $"line {finding.Line}: {finding.Text}";
}
