using System.Globalization;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Where somebody reads what happened inside the agent of late, and takes what went over a port along. To take it is audited.</summary>
public sealed class TraceDesk(PhoneRegistry phones, VaultFile vault)
{
    /// <summary>A page of traces, newest first.</summary>
    /// <param name="failedOnly">Only those with a span that failed.</param>
    /// <param name="device">Only those of this phone, attached or by its full name; empty for all.</param>
    /// <param name="pageSize">1 to 1,000; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page; empty for the first.</param>
    /// <exception cref="OperationException">An argument is wrong, or the traces cannot be read.</exception>
    public TracePage List(bool failedOnly, string device, int pageSize, string pageToken)
    {
        long? before = pageToken.Length == 0 ? null
            : long.TryParse(pageToken, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 ? number : throw Faults.PageToken();
        string? phone = device.Length == 0 ? null : phones.NameOf(device);
        (TraceRow[] traces, string next) = Paging.Page(
            pageSize, limit => vault.Traces.List(failedOnly, phone, limit, before), trace => trace.Number.ToString(CultureInfo.InvariantCulture));
        return new TracePage(traces, next);
    }

    /// <summary>One trace.</summary>
    /// <param name="id">Its id or a unique beginning of at least 4 digits.</param>
    /// <exception cref="OperationException">None or several have that id, or the traces cannot be read.</exception>
    public TraceView Get(string id)
    {
        TraceRow trace = Find(id);
        return VaultAccess.Try(() => new TraceView(trace, vault.Traces.Spans(trace.TraceId), vault.Traces.Recordings(trace.TraceId)));
    }

    /// <summary>What went over a port, as a pcapng file.</summary>
    /// <param name="id">As for <see cref="Get"/>.</param>
    /// <param name="number">Which of the trace's recordings; 0 for the last.</param>
    /// <param name="by">Who asks: an export is audited.</param>
    /// <exception cref="OperationException">There is no such trace or recording, or it cannot be read.</exception>
    public ReadOnlyMemory<byte> ExportFrames(string id, long number, Caller by)
    {
        TraceRow trace = Find(id);
        RecordingRow row = VaultAccess.Try(() => vault.Traces.Recordings(trace.TraceId)).LastOrDefault(r => number == 0 || r.Number == number)
            ?? throw Faults.RecordingNotFound(trace.TraceId, number);
        Recording recording = VaultAccess.Try(() => vault.Traces.Recording(row.Number)) ?? throw Faults.RecordingNotFound(trace.TraceId, row.Number);
        VaultAccess.Try(() => vault.Audit.Append(by.Did(
            "export-frames", row.Device, "exported", string.Create(CultureInfo.InvariantCulture, $"recording {row.Number} of trace {trace.TraceId}"))));
        return recording.Pcapng;
    }

    private TraceRow Find(string id)
    {
        try
        {
            return VaultAccess.Try(() => vault.Traces.Find(id));
        }
        catch (TraceNotFoundException e)
        {
            throw Faults.TraceNotFound(e);
        }
    }
}
