using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using AuditNumber = ImeiAgent.V1.AuditNumber;
using AuditRow = ImeiAgent.V1.AuditRow;

namespace ImeiAgent.Agent.Mapping;

/// <summary>The audit in the words of the contract. IMEIs are masked unless a person asked to see them.</summary>
internal static class AuditResponses
{
    public static AuditRow ToProto(this AuditView view, bool reveal) => new()
    {
        Number = (ulong)view.Row.Id,
        Time = view.Row.At.ToTimestamp(),
        Operator = view.Row.Entry.Operator,
        Client = view.Row.Entry.Client,
        Station = view.Row.Entry.Station,
        Action = view.Row.Entry.Action,
        Device = view.Row.Entry.Device,
        Outcome = view.Row.Entry.Outcome,
        Detail = view.Row.Entry.Detail,
        TraceId = view.Row.Entry.TraceId,
        Journal = view.Row.Entry.Journal,
        Hash = view.Row.Hash,
        Numbers =
        {
            view.Numbers.Select(n => new AuditNumber { Slot = (uint)n.Slot, OldImei = Responses.Show(n.Old, reveal), NewImei = Responses.Show(n.New, reveal) }),
        },
    };

    public static VerifyAuditResponse ToProto(this Vault.AuditVerdict verdict) => new()
    {
        Rows = (ulong)verdict.Rows,
        FirstBadRow = (ulong)(verdict.FirstBadRow ?? 0),
        Why = verdict.Why,
        Head = verdict.Head,
    };
}
