using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Microsoft.AspNetCore.Http.Features;

namespace ImeiAgent.Agent.Access;

/// <summary>Puts this room together.</summary>
internal static class AccessSetup
{
    /// <summary>All of this room.</summary>
    public static void AddAccess(this IServiceCollection services, AgentSettings settings)
    {
        services.AddSingleton(settings.Limits);
        services.AddSingleton(s => Authority.Open(Path.Combine(settings.DataDirectory, "access"), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Invitations>();
        services.AddSingleton<OpenCalls>();
        services.AddSingleton<Transfers>();
        services.AddSingleton(s =>
        {
            var clients = new ClientBook(s.GetRequiredService<VaultFile>(), s.GetRequiredService<TimeProvider>());
            clients.Revoked += (client, by) =>
            {
                s.GetRequiredService<OpenCalls>().End(client);
                s.GetRequiredService<Leases>().Revoke(client, by);
            };
            return clients;
        });
        services.AddSingleton<RemoteEndpoints>();
        services.AddSingleton<PairingDesk>();
        services.AddSingleton<Door>();
        services.AddSingleton<TlsListener>();
    }

    /// <summary>Lets callers without a certificate send little: it is read before anybody looks at it.</summary>
    public static void UseSmallStrangers(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (http.Connection.ClientCertificate is null && http.Request.IsHttps && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = Limits.LargestStrangerMessage;
        await next(http);
    });
}
