using ImeiAgent.Operations;
using ImeiAgent.Vault;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>Puts the traces that the agent keeps, and what gives them out, into it.</summary>
internal static partial class TraceSetup
{
    public static void AddTraces(this IServiceCollection services, AgentSettings settings, TraceKeeper? keeper, TraceOwners owners)
    {
        // Made outside, so that it ends behind everything that the services do.
        if (keeper is not null)
            services.AddSingleton(keeper);
        services.AddSingleton(owners);
        services.AddSingleton(new AgentFacts(settings, settings.Time));
        services.AddSingleton<TraceDesk>();
        services.AddSingleton<SupportBundle>();
    }

    /// <summary>Every call is of this agent.</summary>
    public static void UseTraces(this WebApplication app, TraceKeeper? keeper)
    {
        if (app.Services.GetRequiredService<VaultFile>().Traces.Problem is { Length: > 0 } problem)
            LogProblem(app.Logger, problem);
        if (keeper is null)
            return;
        app.Use(next => context =>
        {
            keeper.Enter();
            return next(context);
        });
    }

    [LoggerMessage(1301, LogLevel.Warning, "{Problem}")]
    private static partial void LogProblem(ILogger log, string problem);
}
