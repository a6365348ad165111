using System.Text;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Operations;
using Status = Google.Rpc.Status;

namespace ImeiAgent.Agent;

/// <summary>What an operation's error looks like on the wire: google.rpc.Status with ErrorInfo, and BadRequest where an argument is wrong.</summary>
public static class ErrorStatus
{
    /// <summary>The domain of every ErrorInfo.</summary>
    public const string Domain = "imeiagent";

    // All trailers together must stay below the 8 KiB that peers accept: in bytes of UTF-8, each of which can take three there.
    private const int LongestText = 1500;

    /// <summary>The status code of each error, as documented at ErrorReason in the contract.</summary>
    public static Code CodeOf(OperationError error) => error switch
    {
        OperationError.DeviceNotFound or OperationError.SnapshotNotFound or OperationError.JobNotFound or OperationError.SkipNotFound
            or OperationError.JournalNotFound or OperationError.ApprovalNotFound or OperationError.ClientNotFound
            or OperationError.TraceNotFound => Code.NotFound,
        OperationError.DeviceAmbiguous or OperationError.ImeiInvalid or OperationError.RequestIdReused or OperationError.FileInvalid
            or OperationError.ArgumentInvalid => Code.InvalidArgument,
        OperationError.PortUnavailable or OperationError.DeviceDisconnected or OperationError.AgentStopping => Code.Unavailable,
        OperationError.NoReply => Code.DeadlineExceeded,
        OperationError.NotADiagPort or OperationError.PhoneRefused or OperationError.SpcRequired or OperationError.SpcRefused
            or OperationError.SlotUnreachable or OperationError.ImeiIntact or OperationError.ImeiInUse or OperationError.ItemReadOnly
            or OperationError.SnapshotOfOtherPhone or OperationError.SnapshotWithoutImei or OperationError.DeviceBusy
            or OperationError.DumpSourceChanged or OperationError.JournalClosed or OperationError.JournalOpen
            or OperationError.PasswordRequired or OperationError.PasswordRefused or OperationError.LeaseRequired or OperationError.LeaseSuperseded => Code.FailedPrecondition,
        OperationError.RoleInsufficient or OperationError.PairingRefused or OperationError.LocalOnly or OperationError.SecondPersonRequired => Code.PermissionDenied,
        OperationError.CertificateRequired or OperationError.ClientRevoked => Code.Unauthenticated,
        OperationError.EtagMismatch or OperationError.WriteRolledBack or OperationError.WriteNotInEffect or OperationError.JobCancelled or OperationError.RestoreInterrupted => Code.Aborted,
        OperationError.JobBatchesGone => Code.OutOfRange,
        OperationError.WriteOutcomeUnknown or OperationError.SnapshotDamaged => Code.DataLoss,
        OperationError.VaultUnavailable or OperationError.LimitExceeded => Code.ResourceExhausted,
        _ => Code.Internal,
    };

    /// <summary>The exception that gRPC sends.</summary>
    public static RpcException ToRpcException(OperationException e)
    {
        string message = Shorten(e.Message);
        var info = new ErrorInfo { Domain = Domain, Reason = e.Error.Name() };
        foreach ((string name, string value) in e.Fields)
            info.Metadata[name] = Shorten(value);

        var status = new Status { Code = (int)CodeOf(e.Error), Message = message, Details = { Any.Pack(info) } };
        if (FieldOf(e) is { } field)
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = message } } }));
        if (e.RetryAfter is { } delay)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        return status.ToRpcException();
    }

    private static string? FieldOf(OperationException e) => e.Error switch
    {
        OperationError.ArgumentInvalid => e.Fields.GetValueOrDefault("field", ""),
        OperationError.ImeiInvalid => "label",
        OperationError.DeviceAmbiguous => "device",
        OperationError.RequestIdReused => "request_id",
        _ => null,
    };

    private static string Shorten(string text)
    {
        int bytes = 0, length = 0, fits = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LongestText)
                return string.Concat(text.AsSpan(0, fits), "...");
            length += rune.Utf16SequenceLength;
            if (bytes <= LongestText - 3)
                fits = length;
        }
        return text;
    }
}
