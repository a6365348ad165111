using System.Globalization;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Where a supervisor reads who did what, has the chain checked, and takes it along. To see numbers unmasked, here or by any other call, or to export, is audited.</summary>
public sealed class AuditDesk(PhoneRegistry phones, VaultFile vault, TimeProvider time)
{
    private const int ExportPage = 500, LongestDetail = 200, MostRevealed = 1000;

    private static readonly TimeSpan s_sameReveal = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Caller, string Phone, string Detail), long> _revealed = [];

    /// <summary>A page of rows, newest first.</summary>
    /// <param name="device">Only those of this phone, attached or by its full name; empty for all.</param>
    /// <param name="pageSize">1 to 1,000; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page; empty for the first.</param>
    /// <param name="reveal">The caller will see numbers unmasked.</param>
    /// <param name="by">Who asks.</param>
    /// <exception cref="OperationException">An argument is wrong, or the vault failed.</exception>
    public AuditPage List(string device, int pageSize, string pageToken, bool reveal, Caller by)
    {
        long? before = pageToken.Length == 0 ? null
            : long.TryParse(pageToken, NumberStyles.None, CultureInfo.InvariantCulture, out long id) && id > 0 ? id : throw Faults.PageToken();
        string? phone = device.Length == 0 ? null : phones.NameOf(device);
        if (reveal)
            Note(by, "reveal-audit", phone ?? "", "numbers shown unmasked");
        (AuditRow[] rows, string next) = Paging.Page(
            pageSize, limit => vault.Audit.List(phone, limit, before), row => row.Id.ToString(CultureInfo.InvariantCulture));
        return new AuditPage([.. rows.Select(View)], next);
    }

    /// <summary>Recomputes the chain.</summary>
    /// <exception cref="OperationException">The vault failed.</exception>
    public AuditVerdict Verify() => VaultAccess.Try(vault.Audit.Verify);

    /// <summary>All rows of a time, oldest first, at most 500 at once; the last of them may be this export's own.</summary>
    /// <param name="from">From this moment on; null from the beginning.</param>
    /// <param name="until">Before this moment; null to the end.</param>
    /// <param name="reveal">The caller will see numbers unmasked.</param>
    /// <param name="by">Who asks.</param>
    /// <exception cref="OperationException">The vault failed.</exception>
    public IEnumerable<IReadOnlyList<AuditView>> Export(DateTimeOffset? from, DateTimeOffset? until, bool reveal, Caller by)
    {
        Note(by, "export-audit", "", reveal ? "numbers shown unmasked" : "numbers masked");
        long after = 0;
        while (true)
        {
            IReadOnlyList<AuditRow> rows = VaultAccess.Try(
                () => vault.Audit.ListAfter(after, ExportPage, from ?? DateTimeOffset.MinValue, until ?? DateTimeOffset.MaxValue));
            if (rows.Count == 0)
                yield break;
            yield return [.. rows.Select(View)];
            after = rows[^1].Id;
        }
    }

    /// <summary>
    /// Puts on record that a caller is about to see numbers unmasked. Who asks the same again within a minute of the row gets no other.
    /// </summary>
    /// <param name="device">The phone that was asked for, as the caller named it; empty for the only one, null where none is asked for.</param>
    /// <param name="what">The call, and what it was asked for.</param>
    /// <param name="by">Who asks.</param>
    /// <exception cref="OperationException">The vault failed: then nothing is shown.</exception>
    public void NoteReveal(string? device, string what, Caller by)
    {
        string phone = device is null ? "" : AttachedName(device);
        string detail = FreeText.Kept(phone.Length == 0 && device is { Length: > 0 } ? $"{what} {device}" : what, LongestDetail);
        (string, string, string) asked = (by.Id, phone, detail);
        lock (_revealed)
        {
            long now = time.GetTimestamp();
            if (_revealed.TryGetValue(asked, out long last) && time.GetElapsedTime(last, now) < s_sameReveal)
                return;
            Note(by, "reveal-imei", phone, detail);
            if (_revealed.Count >= MostRevealed)
                _revealed.Clear();
            _revealed[asked] = now;
        }
    }

    // Which phone of several is meant, and whether there is one, is for the call itself to say.
    private string AttachedName(string device)
    {
        try
        {
            return phones.Get(device).Name;
        }
        catch (OperationException)
        {
            return "";
        }
    }

    // On record before anything is shown.
    private void Note(Caller by, string action, string device, string detail) =>
        VaultAccess.Try(() => vault.Audit.Append(by.Did(action, device, "asked", detail)));

    private AuditView View(AuditRow row) =>
        JournalNames.Parse(row.Entry.Journal) is { } id && VaultAccess.Try(() => vault.Journal.Find(id)) is { } journal
            ? new AuditView(row, [.. RestoreReceipt.Of(journal).Slots.Select(s => new AuditNumber(s.Slot, s.OldImei, s.NewImei))])
            : new AuditView(row, []);
}
