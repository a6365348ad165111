using System.Runtime.CompilerServices;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// A restore that is followed to its end.
public sealed partial class AgentClient
{
    /// <summary>How often a restore whose connection broke is asked for again, the first call included.</summary>
    public const int WriteAttempts = 6;

    /// <summary>
    /// Has the agent check a restore, and returns what would be written. The same request as the write will be, its id included: what a supervisor
    /// approves of the plan is approved of the write. Only what opens the phone is left out, which a check has no use for.
    /// </summary>
    /// <param name="request">The restore.</param>
    /// <param name="reveal">Show IMEIs unmasked. A person asked to see them.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <returns>A receipt with the outcome VALIDATED or UNCHANGED.</returns>
    /// <exception cref="AgentException">The agent's refusal, or it did not answer.</exception>
    public async Task<WriteReceipt> PlanWriteAsync(WriteImeiRequest request, bool reveal, CancellationToken cancellation)
    {
        WriteImeiRequest question = new(request) { ValidateOnly = true, RevealImei = reveal, Spc = "", SecurityPassword = "", FencingToken = 0 };
        WriteReceipt? plan = null;
        await foreach (WriteImeiResponse message in WriteImeiAsync(question, cancellation).ConfigureAwait(false))
            plan = message.Receipt ?? plan;
        return plan?.Outcome is WriteOutcome.Validated or WriteOutcome.Unchanged ? plan : throw StatusDecoder.NoPlan(Endpoint);
    }

    /// <summary>
    /// Whether a fault of a restore that was asked for again leaves open what became of an earlier call that may have arrived: the call did not get
    /// through, or the agent refused it before it looked whether it has carried out that request.
    /// </summary>
    /// <param name="fault">The fault of the later call.</param>
    public static bool LeavesOpen(AgentException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Domain == AgentException.ClientDomain || fault.Code is ErrorReason.AgentStopping or ErrorReason.LimitExceeded or ErrorReason.VaultUnavailable
            or ErrorReason.Internal or ErrorReason.RoleInsufficient or ErrorReason.ClientRevoked or ErrorReason.CertificateRequired
            or ErrorReason.Unspecified; // A newer agent's, which nobody here can judge.
    }

    /// <summary>
    /// As <see cref="WriteImeiAsync"/>, and when the connection breaks asks again with the same request_id, which by contract
    /// returns the stored receipt and never writes twice. Phases that were told before the break are not told again.
    /// </summary>
    /// <param name="request">The restore.</param>
    /// <param name="onLost">Told when the connection broke and the request, which the agent may have, is going to be asked for again.</param>
    /// <param name="cancellation">Ends the watching; a restore that has begun runs to its end in the agent.</param>
    /// <exception cref="AgentException">
    /// The agent's reason when it gave one that tells the outcome (after a break: not <see cref="LeavesOpen"/>); <see cref="AgentException.AgentUnreachable"/> when the request was never sent;
    /// <see cref="AgentException.OutcomeNotLearnt"/>, with the metadata "request_id", when it was sent and no receipt could be had.
    /// </exception>
    public async IAsyncEnumerable<WriteImeiResponse> WriteImeiToTheEndAsync(
        WriteImeiRequest request, Action<AgentException>? onLost, [EnumeratorCancellation] CancellationToken cancellation)
    {
        WritePhase reached = WritePhase.Unspecified;
        HashSet<(WritePhase, string)> told = [];
        bool mayHaveArrived = false;
        for (int attempt = 1; ; attempt++)
        {
            AgentException? lost = null;
            IAsyncEnumerator<WriteImeiResponse> events = WriteImeiAsync(request, cancellation).GetAsyncEnumerator(CancellationToken.None);
            await using (events.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await events.MoveNextAsync().ConfigureAwait(false))
                            lost = StatusDecoder.ConnectionLost(Endpoint, "ended the restore without a receipt");
                    }
                    catch (AgentException fault) when (mayHaveArrived ? LeavesOpen(fault)
                        : fault.Domain == AgentException.ClientDomain && fault.Reason != AgentException.Unexplained)
                    {
                        lost = fault;
                    }
                    if (lost is not null)
                        break;

                    WriteImeiResponse message = events.Current;
                    if (message.Progress is { } progress)
                    {
                        // A phase may have several details, each of them news; what lies behind the furthest phase is repeated.
                        if (attempt > 1 && (!progress.Phase.IsAtLeast(reached) || told.Contains((progress.Phase, progress.Detail))))
                            continue;
                        told.Add((progress.Phase, progress.Detail));
                        if (progress.Phase.IsAtLeast(reached))
                            reached = progress.Phase;
                    }
                    yield return message;

                    if (message.Receipt is null)
                        continue;
                    // The receipt is the outcome: a connection that breaks between it and the status takes nothing away.
                    await DrainStatusAsync(events).ConfigureAwait(false);
                    yield break;
                }
            }

            // A connection that did not come about took nothing with it.
            mayHaveArrived |= lost.Reason is not (AgentException.AgentUnreachable or AgentException.AgentNotTrusted or AgentException.CertificateExpired);
            if (!mayHaveArrived)
                throw lost;
            if (attempt == WriteAttempts)
                throw StatusDecoder.OutcomeNotLearnt(request.RequestId, lost);
            onLost?.Invoke(lost);
            await Task.Delay(TimeSpan.FromMilliseconds(250 << (attempt - 1)), _time, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task DrainStatusAsync(IAsyncEnumerator<WriteImeiResponse> events)
    {
        try
        {
            while (await events.MoveNextAsync().ConfigureAwait(false)) { }
        }
        catch (Exception fault) when (fault is OperationCanceledException or AgentException { Domain: AgentException.ClientDomain })
        {
            // Only the agent's own word may follow its receipt.
        }
    }
}
