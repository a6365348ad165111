using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Backups;

/// <summary>Jobs in words; phones, slots and times too.</summary>
public static class JobWords
{
    /// <summary>Model and name of a phone, as in "SM-G991U, sm-g991u-3f2a".</summary>
    /// <param name="identity">Who it was; null when that is not known.</param>
    /// <param name="device">Its name; empty for none.</param>
    public static string Phone(PhoneIdentity? identity, string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        string[] parts = [.. ((string[])[identity?.Model ?? "", Named.Short(device)]).Where(part => part.Length > 0)];
        return parts.Length == 0 ? BackupTexts.UnknownPhone : SafeText.Clean(string.Join(", ", parts));
    }

    /// <summary>What a job reads, as in "full, SIM 1 and 2".</summary>
    public static string Reads(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return (job.Quick ? BackupTexts.ReadsQuick : BackupTexts.ReadsFull).With(Sims(job.Slots));
    }

    /// <summary>Slots, as in "SIM 1 and 2".</summary>
    public static string Sims(IEnumerable<uint> slots) => BackupTexts.Sims.With(string.Join(BackupTexts.And, slots));

    /// <summary>A moment by this machine's clock; empty for none.</summary>
    public static string Time(Timestamp? time) => time?.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A time span, as in "3.5 s" or "2 min 5 s".</summary>
    public static string Span(TimeSpan span) => span < TimeSpan.FromMinutes(1)
        ? BackupTexts.SpanSeconds.With(span.TotalSeconds)
        : BackupTexts.SpanMinutes.With((int)span.TotalMinutes, span.Seconds);

    /// <summary>The id of a job's own trace; empty for none.</summary>
    public static string TraceOf(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return ActivityContext.TryParse(job.Traceparent, null, out ActivityContext trace) ? trace.TraceId.ToHexString() : "";
    }
}
