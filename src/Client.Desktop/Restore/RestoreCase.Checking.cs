using System.Diagnostics;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

// What would be written: asked with the lease in hand, before a person confirms it.
public sealed partial class RestoreCase
{
    /// <summary>Takes the lease, and asks what would be written. Nothing is.</summary>
    public Task CheckAsync(LeaseWish wish = default) => CheckAsync(wish, null);

    private Task CheckAsync(LeaseWish wish, RestoreState? from)
    {
        Checking mine = new(InLine: wish.Wait > TimeSpan.Zero);
        WriteImeiRequest request;
        LeaseHold? earlier;
        CancellationToken stop;
        lock (_gate)
        {
            if (State is Checking or Sent || !Draft.IsComplete || (from is not null && !ReferenceEquals(State, from)))
                return Task.CompletedTask;
            _checking = CancellationTokenSource.CreateLinkedTokenSource(_end);
            (stop, request, earlier, _approved) = (_checking.Token, Request(), TakeHold(), from as AwaitingApproval);
            State = mine;
        }
        Changed?.Invoke();
        return _before = CheckAsync(mine, _before, earlier, request, wish, stop);
    }

    // Whoever stops it shows what comes next; it gives its lease back then, and shows nothing.
    private async Task CheckAsync(Checking mine, Task before, LeaseHold? earlier, WriteImeiRequest request, LeaseWish wish, CancellationToken stop)
    {
        using Activity? span = AgentLink.StartAction("restore.check");
        RestoreState next = new Drafting();
        LeaseHold? hold = null;
        try
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await GiveBackAsync(earlier);
            hold = wish.Token > 0
                ? LeaseHold.Keep(Link.Client, Device, wish.Token, _end)
                : await LeaseHold.TakeAsync(Link.Client, Device, request.Reason, wish.Wait, stop);
            Checking taken = new(InLine: false);
            if (Show(mine, taken, stop: CancellationToken.None))
                mine = taken;
            RestorePlan? plan = null;
            await hold.WhileHeldAsync(async held =>
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(held, stop);
                plan = await RestorePlan.MakeAsync(Link.Client, request, either.Token);
            });
            if (Show(mine, new Planned(plan!), hold, stop))
            {
                if (!plan!.Writes)
                    await GiveBackAsync(hold);
                else
                    hold.WhileHeld.Register(() => OnLeaseOver(hold));
                return;
            }
        }
        catch (LeaseLostException lost)
        {
            next = new Drafting(Lost: lost);
        }
        catch (AgentException refused)
        {
            var fault = CallFault.Of(refused, span);
            next = refused.Metadata.TryGetValue("approval", out string? id) && id.Length > 0 ? new AwaitingApproval(fault, id, null) : new Drafting(fault);
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
        {
            // Stopped, or the agent was forgotten.
        }
        await GiveBackAsync(hold);
        if (Show(mine, next, stop: CancellationToken.None) && next is AwaitingApproval)
            _ = LookForApprovalAsync(); // It may check again, which begins when this has ended.
    }

    // The same content is the same request, so that what was approved of it stays approved; anything else is a new one.
    private WriteImeiRequest Request()
    {
        WriteImeiRequest request = Draft.ToRequest(Device, _asked?.RequestId ?? "");
        if (!request.Equals(_asked))
            request.RequestId = Guid.NewGuid().ToString();
        return _asked = request;
    }
}
