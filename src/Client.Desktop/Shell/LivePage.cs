namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>A page whose content is asked for, and asked for again whenever the agent tells that it is worth it.</summary>
public abstract class LivePage : AgentPage
{
    private object? _seen, _read;
    private bool _isReading;

    /// <summary>What is asked, as in "journal": the name of the root span, after "desktop.".</summary>
    protected abstract string Action { get; }

    /// <summary>What the content depends on, compared by value: when it differs from what it was, the content is asked for again.</summary>
    protected abstract object News { get; }

    /// <summary>Whether the role may ask at all.</summary>
    protected virtual bool MayAsk => View.Role != V1.Role.Unspecified;

    /// <summary>Whether the content was had once.</summary>
    protected bool WasRead { get; private set; }

    /// <summary>Why the content could not be had the last time; null when it could.</summary>
    protected CallFault? ReadFault { get; private set; }

    /// <summary>Whether the content is that of now: not while the agent is lost, nor while it is asked again, nor when it could not be had.</summary>
    protected bool IsCurrent => View.IsLive && Now.Equals(_read);

    /// <summary>Asks for the content.</summary>
    protected abstract Task ReadAsync(CancellationToken cancellation);

    /// <summary>Asks for it whatever was told.</summary>
    protected Task ReadAgainAsync()
    {
        _seen = null;
        return FollowAsync();
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => FollowAsync();

    /// <inheritdoc/>
    protected override Task OnNewsAsync() => FollowAsync();

    private object Now => (View.Since, View.Role, News);

    private async Task FollowAsync()
    {
        // Whoever is asking looks at the end whether it has to be asked once more.
        if (_isReading)
            return;
        _isReading = true;
        try
        {
            while (View.IsLive && MayAsk && Now is var now && !now.Equals(_seen))
            {
                _seen = now;
                CallFault? fault = await CallAsync(Action, ReadAsync);
                if (Gone.IsCancellationRequested)
                    return;
                ReadFault = fault;
                _read = fault is null ? now : null;
                WasRead |= fault is null;
            }
        }
        finally
        {
            _isReading = false;
        }
    }
}
