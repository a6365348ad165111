using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>A row of the audit, with what the restore it tells of did.</summary>
/// <param name="Row">The row, as it was written.</param>
/// <param name="Numbers">The numbers of the restore, slot by slot; none unless the row names a journal row.</param>
public sealed record AuditView(AuditRow Row, IReadOnlyList<AuditNumber> Numbers);

/// <summary>What a restore did to one slot.</summary>
/// <param name="Slot">1 or 2.</param>
/// <param name="Old">The number before; null when there was none.</param>
/// <param name="New">The number asked for.</param>
public sealed record AuditNumber(int Slot, Imei? Old, Imei New)
{
    /// <summary>Names no number.</summary>
    public override string ToString() => $"slot {Slot}";
}

/// <summary>A page of the audit, newest first.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="NextPage">Token of the next page; empty at the end.</param>
public sealed record AuditPage(IReadOnlyList<AuditView> Rows, string NextPage);
