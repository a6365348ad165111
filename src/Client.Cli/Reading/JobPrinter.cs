using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// A job for a person.
internal static class JobPrinter
{
    public static readonly IReadOnlyList<string> Headers = ["NAME", "STATE", "PHONE", "SIM", "STARTED (UTC)", "ITEMS", "ACTIVE", "BY"];

    public static Cell[] Row(Job job) =>
    [
        Names.Short(job.Name),
        Words.For(job.State) + (job.Quick ? " (quick)" : ""),
        Phone(job),
        string.Join(",", job.Slots),
        Time(job.CreateTime),
        string.Create(CultureInfo.InvariantCulture, $"{job.Progress?.Done ?? 0:N0}/{job.Progress?.Total ?? 0:N0}"),
        (job.Progress?.Active ?? 0).ToString("N0", CultureInfo.InvariantCulture),
        job.Operator,
    ];

    public static void Print(Screen screen, Job job)
    {
        Field(screen, "name", Names.Short(job.Name));
        Field(screen, "state", Words.For(job.State) + (job.WaitUntil is { } until ? $", until {Time(until)} UTC" : ""));
        Field(screen, "to do", job.Hint);
        Field(screen, "phone", Phone(job));
        Field(screen, "reads", $"SIM {string.Join(" and ", job.Slots)}{(job.Quick ? ", quick: not every item" : "")}");
        Field(screen, "started", $"{Time(job.CreateTime)} UTC{(job.Operator.Length > 0 ? $" by {job.Operator}" : "")}");
        Field(screen, "ended", job.EndTime is { } end ? $"{Time(end)} UTC" : "");
        Field(screen, "progress", job.Progress is { } progress && job.Summary is null ? ProgressReport.Describe(progress) : "");
        Field(screen, "error", job.ErrorReason.Length > 0 ? $"{job.ErrorMessage} [{job.ErrorReason}]" : "");
        if (job.Summary is { } summary)
        {
            Field(screen, "items", $"{summary.Total:N0}: {JobWatch.Counts(summary)}");
            Field(screen, "snapshot", Names.Short(summary.Snapshot));
            Field(screen, "SHA-256", summary.Sha256);
        }
        foreach (string note in job.Notes)
            Field(screen, "note", note);
        // The job's own, which is not that of whoever started or watches it.
        Field(screen, "trace id", ActivityContext.TryParse(job.Traceparent, null, out ActivityContext trace) ? trace.TraceId.ToHexString() : "");
    }

    public static string Time(Timestamp? time) => time?.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    private static void Field(Screen screen, string label, string value)
    {
        if (value.Length > 0)
            screen.Line($"{label,-11} {value}");
    }

    private static string Phone(Job job) =>
        string.Join(" ", ((string[])[job.Identity?.Model ?? "", Names.Short(job.Device)]).Where(part => part.Length > 0));
}
