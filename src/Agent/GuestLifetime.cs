namespace ImeiAgent.Agent;

/// <summary>The lifetime of an agent inside another program, and of a server inside the agent: it is told to end, and listens to no signals.</summary>
internal sealed class GuestLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
