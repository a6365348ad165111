using System.Globalization;
using System.Runtime.InteropServices;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What the agent tells of itself for a bundle. No secrets, and no paths but those of its own ports and places to listen.</summary>
/// <param name="Versions">As "agent" = "1.4.0".</param>
/// <param name="Config">How it was started.</param>
public sealed record BundleFacts(IReadOnlyDictionary<string, string> Versions, IReadOnlyDictionary<string, string> Config);

/// <summary>
/// Puts into one zip what somebody who was not there needs to name the cause of a failure, for a person to read before it is sent. What cannot be
/// read is left out and said so: a bundle is asked for when something is broken.
/// </summary>
public sealed class SupportBundle(TraceDesk desk, PhoneRegistry phones, VaultFile vault, TimeProvider time)
{
    private const int MostTraces = 20, MostLinked = 3, MostGreetings = 3, MostAuditRows = 200, MostJournalRows = 200, LookedThrough = 1000;

    // Before it is packed, all files together; it is held in memory while it is made. 20 traces of 350 spans are some 4 MiB.
    private const int MostBytes = 24 << 20;

    /// <summary>Writes a bundle.</summary>
    /// <param name="asked">Trace ids or unique beginnings of them, at most 20; none for the last 20 that failed.</param>
    /// <param name="facts">What the agent tells of itself.</param>
    /// <param name="story">A trace as text for a person.</param>
    /// <param name="destination">Left open.</param>
    /// <param name="by">Who asks: a bundle is audited.</param>
    /// <exception cref="OperationException">A trace that was asked for is not kept, there are too many, or the audit cannot be written.</exception>
    public void Write(IReadOnlyList<string> asked, BundleFacts facts, Func<TraceView, string> story, Stream destination, Caller by)
    {
        if (asked.Count > MostTraces)
            throw Faults.Argument("trace_ids", $"at most {MostTraces} are expected.");
        var files = new BundleFiles(MostBytes);
        TraceView[] traces = asked.Count > 0 ? [.. asked.Select(desk.Get).DistinctBy(t => t.Trace.TraceId)] : LastFailed(files);
        traces = [.. traces.Concat(traces.SelectMany(trace => LinkedTo(trace, files))).DistinctBy(t => t.Trace.TraceId)];
        string[] ids = [.. traces.Select(t => t.Trace.TraceId)];
        // On record before anything is given out.
        VaultAccess.Try(() => vault.Audit.Append(by.Did(
            "export-support-bundle", "", "exported", ids.Length == 0 ? "no traces" : $"traces {string.Join(", ", ids)}")));

        files.Add("versions.json", () => BundleText.Table(Versions(facts)));
        files.Add("config.json", () => BundleText.Table(facts.Config));
        files.Add("phones.txt", () => BundleText.Phones(phones.List()));
        files.Add("journal.jsonl", () => BundleText.Journal(JournalOf(ids)));
        files.Add("audit.jsonl", () => BundleText.Audit(vault.Audit.List(MostAuditRows)));
        foreach (TraceView trace in traces)
        {
            files.Add($"traces/{trace.Trace.TraceId}.txt", () => story(trace));
            files.Add($"traces/{trace.Trace.TraceId}.json", () => BundleText.Trace(trace));
        }
        foreach (RecordingRow row in traces.SelectMany(t => t.Recordings))
            AddFrames(files, row);
        files.WriteTo(destination, "README.txt", BundleText.Readme(by, time.GetUtcNow(), ids, files.Notes), time.GetUtcNow());
    }

    private TraceView[] LastFailed(BundleFiles files)
    {
        try
        {
            // A phone that cannot even be asked who it is is tried again and again: that must not crowd out the rest.
            int greetings = 0;
            return [.. desk.List(failedOnly: true, "", LookedThrough, "").Traces
                .Where(trace => trace.Name != PhonePort.Greeting || ++greetings <= MostGreetings).Take(MostTraces).Select(trace => desk.Get(trace.TraceId))];
        }
        catch (OperationException e)
        {
            files.Note("traces", e);
            return [];
        }
    }

    // What settled it later, and went well, is the end of the story.
    private TraceView[] LinkedTo(TraceView trace, BundleFiles files)
    {
        try
        {
            return [.. vault.Traces.LinkedTo(trace.Trace.TraceId, MostLinked).Select(linked => desk.Get(linked.TraceId))];
        }
        catch (Exception e) when (e is OperationException or VaultUnavailableException)
        {
            files.Note($"traces that belong to {trace.Trace.TraceId}", e);
            return [];
        }
    }

    private void AddFrames(BundleFiles files, RecordingRow row)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"frames/{row.TraceId}-{row.Number}");
        try
        {
            if (vault.Traces.Recording(row.Number) is not { } recording)
                return;
            files.AddListing($"{name}.txt", () => recording.Text);
            files.Add($"{name}.pcapng", () => recording.Pcapng);
        }
        catch (VaultUnavailableException e)
        {
            files.Note(name, e);
        }
    }

    /// <summary>Rows that one of the traces opened, and those that are not settled.</summary>
    private IEnumerable<JournalRow> JournalOf(string[] traces) =>
        vault.Journal.ListOpen()
            .Concat(vault.Journal.List(null, openOnly: false, LookedThrough, null).Where(row => traces.Contains(row.Entry.TraceId)))
            .DistinctBy(row => row.Id).OrderByDescending(row => row.Id).Take(MostJournalRows);

    private Dictionary<string, string> Versions(BundleFacts facts) => new(facts.Versions)
    {
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["sqlite"] = vault.Traces.SqliteVersion,
        ["traces"] = vault.Traces.Problem.Length > 0 ? vault.Traces.Problem : "as they should be",
        ["traces_lost"] = vault.Traces.Lost.ToString(CultureInfo.InvariantCulture),
    };
}
