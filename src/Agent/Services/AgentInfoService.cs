using System.Reflection;
using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>The agent itself.</summary>
internal sealed class AgentInfoService(RemoteEndpoints remote, Authority authority) : AgentService.AgentServiceBase
{
    private static readonly string s_version =
        typeof(AgentInfoService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public override Task<GetAgentInfoResponse> GetAgentInfo(GetAgentInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new GetAgentInfoResponse
        {
            Version = s_version,
            Host = Environment.MachineName,
            Caller = context.Caller().Name,
            Role = SignedIn.Of(context).Role,
            CaFingerprint = remote.All.Count > 0 ? authority.Fingerprint : "",
        });
}
