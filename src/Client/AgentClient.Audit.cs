using ImeiAgent.V1;

namespace ImeiAgent.Client;

// Who did what.
public sealed partial class AgentClient
{
    // A check reads the whole audit.
    private static readonly TimeSpan WholeAudit = TimeSpan.FromMinutes(2);

    /// <summary>Lists one page of the audit, newest first.</summary>
    public Task<ListAuditResponse> ListAuditAsync(ListAuditRequest request, CancellationToken cancellation) =>
        CallAsync(options => _audit.ListAuditAsync(request, options), Quick, cancellation);

    /// <summary>Has the agent recompute the audit's hashes.</summary>
    public Task<VerifyAuditResponse> VerifyAuditAsync(CancellationToken cancellation) =>
        CallAsync(options => _audit.VerifyAuditAsync(new VerifyAuditRequest(), options), WholeAudit, cancellation);

    /// <summary>Streams the audit, oldest first. A connection that breaks ends it.</summary>
    public IAsyncEnumerable<ExportAuditResponse> ExportAuditAsync(ExportAuditRequest request, CancellationToken cancellation) =>
        StreamAsync(options => _audit.ExportAudit(request, options), null, Silence, cancellation);
}
