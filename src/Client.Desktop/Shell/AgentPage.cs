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
    protected CancellationToken Gone => _gone.Token;

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
        ArgumentNullException.ThrowIfNull(calls);
        using Activity? span = AgentLink.StartAction(action);
        Busy = true;
        try
        {
            await calls(Gone);
            Fault = null;
            return true;
        }
        catch (AgentException fault)
        {
            span?.SetTag("error.type", fault.Reason).SetStatus(ActivityStatusCode.Error);
            Fault = new CallFault(fault, span?.TraceId.ToHexString());
            return false;
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            Busy = false;
        }
    }

    /// <summary>The fault was read.</summary>
    protected void ForgetFault() => Fault = null;

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
public sealed record CallFault(AgentException Why, string? Trace);
