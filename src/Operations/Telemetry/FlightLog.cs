using System.Diagnostics;
using ImeiAgent.Session;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Writes down what went over a phone's port before something failed with it, under the trace of what failed. What a policy refused without the phone's
/// doing is no failure of it. Never throws: whatever becomes of the recording, the operation ends as it would have.
/// </summary>
internal sealed partial class FlightLog(VaultFile vault, ILogger log)
{
    // A phone that goes away again and again fills a trace with the same.
    private const int MostOfTrace = 5;

    /// <summary>Keeps the recording, when the error is one of phones and somebody traces what failed.</summary>
    public void Keep(Phone phone, Exception why)
    {
        if (Activity.Current is not { } span || phone.Recorder is not { } recorder || ReasonOf(why) is not { } reason)
            return;
        try
        {
            string trace = span.TraceId.ToHexString();
            if (vault.Traces.Recordings(trace).Count >= MostOfTrace)
                return;
            Session.Recording recording = recorder.Snapshot();
            vault.Traces.KeepRecording(trace, phone.Name, FreeText.Masked(phone.Port), reason, recording.Packets.Length, Pcapng.Of(recording), FrameText.Of(recording));
        }
        catch (Exception e)
        {
            LogNotKept(log, phone.Name, e);
        }
    }

    /// <summary>The error by its stable name; null for one that phones have nothing to do with.</summary>
    private static string? ReasonOf(Exception why) => why switch
    {
        OperationException { Error: var error } => IsOfPhones(error) ? error.Name() : null,
        OperationCanceledException => null,
        _ => OperationError.Internal.Name(),
    };

    private static bool IsOfPhones(OperationError error) => error is OperationError.NoReply or OperationError.DeviceDisconnected or OperationError.PhoneRefused
        or OperationError.SpcRequired or OperationError.SpcRefused or OperationError.PasswordRequired or OperationError.PasswordRefused
        or OperationError.SlotUnreachable or OperationError.ItemReadOnly or OperationError.EtagMismatch or OperationError.DumpSourceChanged
        or OperationError.WriteRolledBack or OperationError.WriteNotInEffect or OperationError.WriteOutcomeUnknown or OperationError.JournalOpen
        or OperationError.Internal;

    [LoggerMessage(2401, LogLevel.Warning, "What went over the port of {Phone} could not be kept")]
    private static partial void LogNotKept(ILogger log, string phone, Exception exception);
}
