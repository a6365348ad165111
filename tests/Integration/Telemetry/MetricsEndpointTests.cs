using System.Net;
using System.Net.Sockets;
using ImeiAgent.Agent;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>What Prometheus finds, and what others do not.</summary>
public sealed class MetricsEndpointTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_shows_what_was_measured_to_this_machine_and_nothing_else()
    {
        await using TellingAgent agent = await TellingAgent.StartAsync(metrics: 0);
        await new DeviceService.DeviceServiceClient(agent.Channel).ListDevicesAsync(new(), cancellationToken: Ct);
        using var http = new HttpClient();
        var address = new Uri(agent.Host.Metrics!);

        string text = await http.GetStringAsync(address, Ct);

        Assert.Equal("127.0.0.1", address.Host);
        Assert.Contains("rpc_server_call_duration_seconds_bucket", text, StringComparison.Ordinal);
        Assert.Contains("rpc_method=\"imeiagent.v1.DeviceService/ListDevices\"", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, address, "localhost"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, address, "evil.example"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, new Uri(address, "/"), "localhost"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Post, new Uri(address, "/imeiagent.v1.AgentService/GetAgentInfo"), "localhost"));

        async Task<HttpStatusCode> StatusAsync(HttpMethod method, Uri where, string host)
        {
            using var request = new HttpRequestMessage(method, where) { Headers = { Host = host } };
            using HttpResponseMessage answer = await http.SendAsync(request, Ct);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_port_in_use_is_told()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        AgentStartException refused = await Assert.ThrowsAsync<AgentStartException>(() => TellingAgent.StartAsync(metrics: port));

        Assert.StartsWith($"--metrics {port}: another program has this port", refused.Message, StringComparison.Ordinal);
        Assert.Equal(AgentStartException.CannotRun, refused.ExitCode);
    }

    [Fact]
    public async Task Without_the_option_there_is_none()
    {
        await using TellingAgent agent = await TellingAgent.StartAsync();

        Assert.Null(agent.Host.Metrics);
    }

    [Fact]
    public async Task It_is_there_too_when_sending_is_turned_off()
    {
        await using TellingAgent agent = await TellingAgent.StartAsync(metrics: 0, environment: name => name == "OTEL_SDK_DISABLED" ? "true" : null);
        using var http = new HttpClient();

        Assert.Contains("dotnet_", await http.GetStringAsync(new Uri(agent.Host.Metrics!), Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_variable_is_told_in_the_log()
    {
        await using TellingAgent agent = await TellingAgent.StartAsync(environment: name => name == "OTEL_TRACES_EXPORTER" ? "zipkin" : null);

        Assert.Equal(
            "Telemetry: OTEL_TRACES_EXPORTER: there is no exporter \"zipkin\" here; otlp or none is expected.", Assert.Single(agent.Log, line => line.Id == 1004).Text);
    }
}
