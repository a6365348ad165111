using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What restores did and are doing: lists it, and lets a person settle what was left open.</summary>
public sealed class JournalDesk(PhoneRegistry phones, VaultFile vault, RestoreImei restores, TimeProvider time)
{
    /// <summary>How long a phone that nothing keeps any more may take to be offered again.</summary>
    private static readonly TimeSpan s_offerPatience = TimeSpan.FromSeconds(5);

    /// <summary>A page of rows, newest first.</summary>
    /// <param name="device">Only those of this phone, attached or by its full name; empty for all.</param>
    /// <param name="openOnly">Only those that are not closed.</param>
    /// <param name="pageSize">1 to 1,000; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page; empty for the first.</param>
    /// <exception cref="OperationException">An argument is wrong, or the vault failed.</exception>
    public JournalPage List(string device, bool openOnly, int pageSize, string pageToken)
    {
        long? before = pageToken.Length == 0 ? null : JournalNames.Parse(pageToken) ?? throw Faults.PageToken();
        (JournalRow[] rows, string next) = Paging.Page(
            pageSize, limit => vault.Journal.List(device.Length == 0 ? null : phones.NameOf(device), openOnly, limit, before), row => JournalNames.Full(row.Id));
        return new JournalPage([.. rows.Select(View)], next);
    }

    /// <summary>One row.</summary>
    /// <param name="name">As in "journal/17", or its number.</param>
    /// <exception cref="OperationException">There is none, or the vault failed.</exception>
    public JournalView Get(string name) => View(Find(name));

    /// <summary>
    /// Settles an open row: by what the phone holds, when it is there, with codes to unlock it where they are given; or by hand, which
    /// closes the row and says so.
    /// </summary>
    /// <returns>The row; when it could not be settled now it is still open, and its hint says why.</returns>
    /// <exception cref="OperationException">There is no such row, it is closed, its restore is under way, or the vault failed.</exception>
    public async Task<JournalView> SettleAsync(SettleRequest request, CancellationToken ct)
    {
        UnlockCodes codes = UnlockCodes.Parse(request.Spc, request.Password);
        if (!FreeText.IsSentence(request.Reason, 500))
            throw Faults.Argument("reason", "3 to 500 characters without control characters are expected.");
        JournalRow row = Find(request.Name);
        if (row.State == JournalState.Closed)
            throw Faults.JournalClosed(row);
        if (restores.IsRunning(row.Entry.RequestId))
            throw Faults.StillRunning(row, phones.GateOf(row.Entry.Device).Inside, time.GetUtcNow());
        if (!request.ByHand && row.State < JournalState.Intent)
        {
            VaultAccess.Try(() =>
            {
                phones.Recovery.CloseUnsent(row);
                return 0;
            });
            return View(Reread(row));
        }
        if (!request.ByHand)
            return await SettleNowAsync(row, request, codes, ct);
        JournalView closed = CloseByHand(row, request);
        phones.Recovery.Ask();
        await WhileAsync(() => PhoneOf(row) is { State: PhoneState.Unsettled }, s_offerPatience, ct);
        return closed;
    }

    private JournalView CloseByHand(JournalRow row, SettleRequest request)
    {
        // On record before it counts.
        Audit(row, request, "closed-by-hand");
        try
        {
            return View(VaultAccess.Try(() => vault.Journal.Close(
                row.Id, WriteOutcome.Unknown, OperationError.WriteOutcomeUnknown.Name(), Faults.ClosedByHand(row), $"{request.By.Name}: {request.Reason}")));
        }
        catch (JournalOrderException)
        {
            throw Faults.JournalClosed(row);
        }
    }

    /// <summary>The port of an unsettled phone tries again every few seconds; with the codes it can do more.</summary>
    private async Task<JournalView> SettleNowAsync(JournalRow row, SettleRequest request, UnlockCodes codes, CancellationToken ct)
    {
        Audit(row, request, "asked");
        var help = new Help(codes, request.By, request.Reason);
        phones.Recovery.Offer(row.Id, help);
        try
        {
            await WhileAsync(() => (row = Reread(row)).State != JournalState.Closed && IsOnItsWay(row, help), phones.RestoreOptions.ReturnLimit, ct);
            return View(row);
        }
        finally
        {
            phones.Recovery.Withdraw(row.Id, help);
        }
    }

    private bool IsOnItsWay(JournalRow row, Help help) => phones.Recovery.IsRestarting(row.Id) || (!help.WasUsed && PhoneOf(row) is not null);

    /// <summary>Waits, from change to change of the phones, while something holds, and no longer than that.</summary>
    private async Task WhileAsync(Func<bool> holds, TimeSpan patience, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            Task changed = phones.Changed;
            TimeSpan left = patience - time.GetElapsedTime(start);
            if (!holds() || left <= TimeSpan.Zero)
                return;
            await Task.WhenAny(changed, Task.Delay(left, time, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    private JournalRow Reread(JournalRow row) => VaultAccess.Try(() => vault.Journal.Find(row.Id)) ?? row;

    private JournalRow Find(string name) =>
        JournalNames.Parse(name) is { } id && VaultAccess.Try(() => vault.Journal.Find(id)) is { } row ? row : throw Faults.JournalNotFound(name);

    private JournalView View(JournalRow row)
    {
        bool isOpen = row.State != JournalState.Closed, isUnderWay = isOpen && restores.IsRunning(row.Entry.RequestId);
        return new JournalView(row.State, RestoreReceipt.Of(row), isUnderWay ? "It is under way." : isOpen ? Hint(row) : "", isUnderWay);
    }

    private string Hint(JournalRow row) =>
        PhoneOf(row) is { Hint.Length: > 0 } phone ? phone.Hint
        : $"Connect {row.Entry.Device}: it is settled by what the phone then holds.";

    private PhoneView? PhoneOf(JournalRow row) =>
        phones.List().FirstOrDefault(p => p.Name == row.Entry.Device && p.State is PhoneState.Unsettled or PhoneState.Probing or PhoneState.Ready);

    private void Audit(JournalRow row, SettleRequest request, string outcome) => VaultAccess.Try(() => vault.Audit.Append(
        request.By.Did("settle-restore", row.Entry.Device, outcome, $"{JournalNames.Full(row.Id)}: {request.Reason}", JournalNames.Full(row.Id))));
}
