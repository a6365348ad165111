using System.Diagnostics;
using ImeiAgent.Client.Desktop.Agents;
using Microsoft.AspNetCore.Components;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>
/// A page of one agent: follows its news, and makes calls whose failures are shown and not thrown. The layout makes another page for another
/// agent, so <see cref="Link"/> never changes.
/// </summary>
public abstract class AgentPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();

    /// <summary>A page that was not left yet.</summary>
    protected AgentPage() => Gone = _gone.Token;

    /// <summary>The agent's name, from the address.</summary>
    [Parameter]
    public string Agent { get; set; } = "";

    /// <summary>The agent.</summary>
    [CascadingParameter]
    public required AgentLink Link { get; set; }

    /// <summary>What is known of it.</summary>
    protected AgentView View => Link.View;

    /// <summary>Why the last call failed; null when it did not.</summary>
    protected CallFault? Fault { get; private set; }

    /// <summary>Whether a call is under way.</summary>
    protected bool Busy { get; private set; }

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Gone { get; }

    /// <inheritdoc/>
    protected override void OnInitialized() => Link.Changed += OnLinkChanged;

    /// <summary>News of the agent came; the page is drawn anew after it.</summary>
    protected virtual Task OnNewsAsync() => Task.CompletedTask;

    /// <summary>Makes calls. Their failure becomes <see cref="Fault"/>.</summary>
    /// <param name="action">What a person asked for, as in "snapshots.list": the name of the root span, after "desktop.".</param>
    /// <param name="calls">The calls.</param>
    /// <returns>Whether all of them succeeded.</returns>
    protected async Task<bool> TryAsync(string action, Func<CancellationToken, Task> calls)
    {
        Busy = true;
        try
        {
            CallFault? fault = await CallAsync(action, calls);
            if (Gone.IsCancellationRequested)
                return false;
            Fault = fault;
            return fault is null;
        }
        finally
        {
            Busy = false;
        }
    }

    /// <summary>Makes calls that nobody waits for, as to read again what has changed: <see cref="Busy"/> and <see cref="Fault"/> stay as they are.</summary>
    /// <param name="action">As in <see cref="TryAsync"/>.</param>
    /// <param name="calls">The calls.</param>
    /// <returns>Why they failed; null when they did not, and when the page was left meanwhile.</returns>
    protected async Task<CallFault?> CallAsync(string action, Func<CancellationToken, Task> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        using Activity? span = AgentLink.StartAction(action);
        try
        {
            await calls(Gone);
            return null;
        }
        catch (AgentException fault)
        {
            return CallFault.Of(fault, span);
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The page is left.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _gone.IsCancellationRequested)
            return;
        Link.Changed -= OnLinkChanged;
        _gone.Cancel();
        _gone.Dispose();
    }

    private void OnLinkChanged() => _ = InvokeAsync(async () =>
    {
        if (_gone.IsCancellationRequested)
            return;
        await OnNewsAsync();
        StateHasChanged();
    });
}

/// <summary>Why a call failed.</summary>
/// <param name="Why">The failure.</param>
/// <param name="Trace">The trace to look at; null when there is none.</param>
public sealed record CallFault(AgentException Why, string? Trace)
{
    /// <summary>Of a call that was made for a span, which is failed with it.</summary>
    public static CallFault Of(AgentException why, Activity? span)
    {
        ArgumentNullException.ThrowIfNull(why);
        span?.SetTag("error.type", why.Reason).SetStatus(ActivityStatusCode.Error);
        return new CallFault(why, span?.TraceId.ToHexString());
    }
}
