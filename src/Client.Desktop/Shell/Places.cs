using System.Globalization;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>The addresses of the pages. Each names its agent, so that two windows can show two agents.</summary>
public static class Places
{
    /// <summary>Pairing with a further agent.</summary>
    public const string Pair = "/pair";

    /// <summary>The phones of all agents.</summary>
    public const string AllPhones = "/all/phones";

    /// <summary>The phones of an agent.</summary>
    public static string Phones(string agent) => At(agent, "phones");

    /// <summary>One phone.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="device">The phone's name, with or without "devices/".</param>
    public static string Phone(string agent, string device) => At(agent, "phones", Last(device));

    /// <summary>Starting a backup of a phone.</summary>
    public static string Backup(string agent, string device) => At(agent, "phones", Last(device), "backup");

    /// <summary>Restoring a phone's IMEI.</summary>
    public static string Restore(string agent, string device) => At(agent, "phones", Last(device), "restore");

    /// <summary>Reading a phone's items, and what a running job has read of them so far.</summary>
    public static string LiveItems(string agent, string device) => At(agent, "phones", Last(device), "items");

    /// <summary>The jobs of an agent.</summary>
    public static string Jobs(string agent) => At(agent, "jobs");

    /// <summary>One job, with or without "jobs/".</summary>
    public static string Job(string agent, string job) => At(agent, "jobs", Last(job));

    /// <summary>The snapshots of an agent.</summary>
    public static string Snapshots(string agent) => At(agent, "snapshots");

    /// <summary>The items of a snapshot, with or without "snapshots/".</summary>
    public static string Snapshot(string agent, string snapshot) => At(agent, "snapshots", Last(snapshot));

    /// <summary>One item of a snapshot.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="snapshot">The snapshot's name, with or without "snapshots/".</param>
    /// <param name="slot">SIM slot, from 1.</param>
    /// <param name="item">0 to 65535.</param>
    public static string SnapshotItem(string agent, string snapshot, uint slot, uint item) =>
        Snapshot(agent, snapshot) + string.Create(CultureInfo.InvariantCulture, $"?sim={slot}&item={item}");

    /// <summary>Two snapshots side by side.</summary>
    public static string Compare(string agent, string snapshot, string other) => At(agent, "compare", Last(snapshot), Last(other));

    /// <summary>What restores did, and which are open.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="device">Only of this phone, with or without "devices/"; null for all.</param>
    public static string Journal(string agent, string? device = null) => At(agent, "journal") + Of(device);

    /// <summary>One row of it, with or without "journal/": its receipt.</summary>
    public static string JournalEntry(string agent, string entry) => At(agent, "journal", Last(entry));

    /// <summary>The receipt of a row as a file.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="entry">The row, with or without "journal/".</param>
    /// <param name="format">"html" or "pdf".</param>
    /// <param name="reveal">Whether its numbers are in full. A person asked to see them.</param>
    public static string ReceiptFile(string agent, string entry, string format, bool reveal) =>
        $"/download/at/{Uri.EscapeDataString(agent)}/journal/{Uri.EscapeDataString(Last(entry))}/receipt.{format}{(reveal ? "?reveal=true" : "")}";

    /// <summary>Restores that wait for a supervisor's word.</summary>
    public static string Approvals(string agent) => At(agent, "approvals");

    /// <summary>Who did what.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="device">Only of this phone, with or without "devices/"; null for all.</param>
    public static string Audit(string agent, string? device = null) => At(agent, "audit") + Of(device);

    /// <summary>Who has which phone.</summary>
    public static string Leases(string agent) => At(agent, "leases");

    /// <summary>Who may call.</summary>
    public static string Clients(string agent) => At(agent, "clients");

    /// <summary>What happened inside, call by call.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="device">Only of this phone, with or without "devices/"; null for all.</param>
    public static string Traces(string agent, string? device = null) => At(agent, "traces") + Of(device);

    /// <summary>One trace.</summary>
    public static string Trace(string agent, string trace) => At(agent, "traces", trace);

    /// <summary>The agent itself.</summary>
    public static string Agent(string agent) => At(agent, "agent");

    private static string At(string agent, params ReadOnlySpan<string> parts)
    {
        string place = "/at/" + Uri.EscapeDataString(agent);
        foreach (string part in parts)
            place += "/" + Uri.EscapeDataString(part);
        return place;
    }

    private static string Of(string? device) => string.IsNullOrEmpty(device) ? "" : "?phone=" + Uri.EscapeDataString(Last(device));

    private static string Last(string name) => name[(name.LastIndexOf('/') + 1)..];
}
