using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Phones;

/// <summary>What happened to a phone, attached or gone: snapshots, jobs, restores, and for supervisors the audit; the newest first.</summary>
/// <param name="Entries">The newest of all kinds together.</param>
/// <param name="HasMore">Whether there are older ones.</param>
/// <param name="Open">Its restores that are not closed.</param>
/// <param name="Last">The newest snapshot: who the phone was when it was last backed up; null when there is none.</param>
public sealed record PhoneHistory(IReadOnlyList<HistoryEntry> Entries, bool HasMore, IReadOnlyList<JournalEntry> Open, Snapshot? Last)
{
    private const int LargestPage = 500;

    /// <summary>Nothing is known yet.</summary>
    public static PhoneHistory Nothing { get; } = new([], false, [], null);

    /// <summary>Asks for as much of it as is to be shown.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="device">The phone's full name.</param>
    /// <param name="count">How many entries.</param>
    /// <param name="cancellation">Ends the calls.</param>
    /// <exception cref="AgentException">One of the calls failed.</exception>
    public static async Task<PhoneHistory> ReadAsync(AgentLink link, string device, int count, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        AgentClient client = link.Client;
        Role role = link.View.Role;
        // Of each kind one more than is shown tells whether there are more.
        Task<List<Snapshot>> snapshots = TakeAsync<Snapshot>(count + 1, async (size, token) =>
        {
            ListSnapshotsResponse page = await client.ListSnapshotsAsync(new ListSnapshotsRequest { Device = device, PageSize = size, PageToken = token }, cancellation);
            return (page.Snapshots, page.NextPageToken);
        });
        Task<List<Job>> jobs = TakeAsync<Job>(count + 1, async (size, token) =>
        {
            ListJobsResponse page = await client.ListJobsAsync(new ListJobsRequest { Device = device, PageSize = size, PageToken = token }, cancellation);
            return (page.Jobs, page.NextPageToken);
        });
        Task<List<JournalEntry>> restores = TakeAsync<JournalEntry>(count + 1, async (size, token) =>
        {
            ListJournalResponse page = await client.ListJournalAsync(new ListJournalRequest { Device = device, PageSize = size, PageToken = token }, cancellation);
            return (page.Entries, page.NextPageToken);
        });
        Task<List<AuditRow>> audit = !role.MaySupervise ? Task.FromResult(new List<AuditRow>()) : TakeAsync<AuditRow>(count + 1, async (size, token) =>
        {
            ListAuditResponse page = await client.ListAuditAsync(new ListAuditRequest { Device = device, PageSize = size, PageToken = token }, cancellation);
            return (page.Rows, page.NextPageToken);
        });
        Task<ListJournalResponse> open = client.ListJournalAsync(new ListJournalRequest { Device = device, OpenOnly = true }, cancellation);
        await Task.WhenAll(snapshots, jobs, restores, audit, open);

        HistoryEntry[] all =
        [
            .. (await snapshots).Select(one => Of(one, link.Name, role)), .. (await jobs).Select(one => Of(one, link.Name)),
            .. (await restores).Select(one => Of(one, link.Name)), .. (await audit).Select(one => Of(one, link.Name)),
        ];
        HistoryEntry[] newest = [.. all.OrderByDescending(one => one.At).ThenBy(one => one.Kind).Take(count)];
        return new PhoneHistory(newest, all.Length > count, (await open).Entries, (await snapshots).FirstOrDefault());
    }

    private static async Task<List<T>> TakeAsync<T>(int count, Func<int, string, Task<(IEnumerable<T> Items, string Next)>> page)
    {
        List<T> all = [];
        string token = "";
        do
        {
            (IEnumerable<T> items, token) = await page(Math.Min(count - all.Count, LargestPage), token);
            all.AddRange(items);
        }
        while (token.Length > 0 && all.Count < count);
        return all;
    }

    private static HistoryEntry Of(Snapshot snapshot, string agent, Role role) => new(
        HistoryKind.Snapshot, snapshot.Name, At(snapshot.CreateTime),
        PhoneTexts.SnapshotHeld.With(snapshot.Items, snapshot.Active, string.Join(", ", snapshot.ImeiSlots.Select(slot => PhoneTexts.SlotHeld.With(slot.Slot, Words.For(slot.State))))),
        Words.For(snapshot.Origin), Mood.Plain, "", role.MayRead ? Places.Snapshot(agent, snapshot.Name) : null);

    private static HistoryEntry Of(Job job, string agent) => new(
        HistoryKind.Job, job.Name, At(job.CreateTime),
        JobWords.Reads(job) + "." + (job.ErrorMessage.Length > 0 ? " " + SafeText.Clean(job.ErrorMessage) : ""),
        job.HasEnded ? Words.For(job.State) : PhoneWords.Progress(job), Moods.Of(job.State), SafeText.Clean(job.Operator), Places.Job(agent, job.Name));

    private static HistoryEntry Of(JournalEntry entry, string agent) => new(
        HistoryKind.Restore, entry.Name, At(entry.Receipt?.StartTime), PhoneTexts.RestoreOf.With(entry.Slots, entry.Numbers, SafeText.Clean(entry.Receipt?.Reason ?? "")),
        entry.Result, entry.Mood, SafeText.Clean(entry.Receipt?.Operator ?? ""), Places.JournalEntry(agent, entry.Name));

    private static HistoryEntry Of(AuditRow row, string agent) => new(
        HistoryKind.Audit, $"audit/{row.Number}", At(row.Time), SafeText.Clean(row.Detail.Length > 0 ? $"{row.Action}: {row.Detail}" : row.Action), SafeText.Clean(row.Outcome),
        row.Outcome.StartsWith("refused", StringComparison.Ordinal) ? Mood.Doubtful : Mood.Plain, SafeText.Clean(row.Operator), Places.Audit(agent, row.Device));

    private static DateTimeOffset At(Google.Protobuf.WellKnownTypes.Timestamp? time) => time?.ToDateTimeOffset() ?? DateTimeOffset.MinValue;
}
