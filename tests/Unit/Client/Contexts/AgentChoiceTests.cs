using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Client.Contexts;

public sealed class AgentChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // Typed context, IMEI_CONTEXT, typed agent, IMEI_AGENT, current context: each goes before those behind it.
    [Theory]
    [InlineData("a", "b", null, "unix:/env", "c", "tls:a.example:1")]
    [InlineData(null, "b", null, "unix:/env", "c", "tls:b.example:1")]
    [InlineData(null, "", "unix:/typed", "unix:/env", "c", "unix:/typed")]
    [InlineData(null, null, null, "unix:/env", "c", "unix:/env")]
    [InlineData(null, null, null, "", "c", "tls:c.example:1")]
    [InlineData("local", null, null, null, "c", "unix:/run/me/imeiagent/agent.sock")]
    [InlineData(null, "local", null, "unix:/env", "c", "unix:/env")]
    [InlineData(null, null, null, null, "local", "unix:/run/me/imeiagent/agent.sock")]
    public async Task The_nearest_word_counts(string? context, string? contextVariable, string? agent, string? agentVariable, string current, string expected)
    {
        Requires.Unless(OperatingSystem.IsLinux(), "the default endpoint is Linux's");
        await KeepAsync(current);

        Assert.Equal(expected, new AgentChoice(context, agent).Resolve(Environment(contextVariable, agentVariable)).ToString());
    }

    [Theory]
    [InlineData("a", null, "--agent and --context both name an agent")]
    [InlineData(null, "b", "--agent and the variable IMEI_CONTEXT both name an agent")]
    public async Task A_typed_endpoint_beside_a_context_is_refused_and_not_passed_over(string? context, string? variable, string said)
    {
        await KeepAsync("local");

        FormatException fault = Assert.Throws<FormatException>(() => new AgentChoice(context, "unix:/typed").Resolve(Environment(variable, null)));

        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_is_not_there_is_told_with_those_that_are()
    {
        await KeepAsync("local");

        ContextException fault = Assert.Throws<ContextException>(() => new AgentChoice("x", null).Resolve(Environment(null, null)));

        Assert.Equal("There is no context \"x\". There are: a, b, c, local.", fault.Message);
    }

    [Fact]
    public void Tls_cannot_be_typed_because_an_address_proves_nothing()
    {
        Assert.False(AgentEndpoint.TryParse("tls:192.0.2.7:7443", out _, out string? fault));
        Assert.Contains("imei context add NAME LINE", fault, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Func<string, string?> Environment(string? context, string? agent) => name => name switch
    {
        "IMEI_CONTEXT" => context,
        "IMEI_AGENT" => agent,
        "XDG_CONFIG_HOME" or "HOME" or "APPDATA" => _folder.Path,
        "XDG_RUNTIME_DIR" => "/run/me",
        _ => null,
    };

    private async Task KeepAsync(string current)
    {
        ContextStore store = ContextStore.For(Environment(null, null));
        foreach (string name in (string[])["a", "b", "c"])
            await store.AddAsync(TestContexts.Make(name) with { Addresses = [$"{name}.example:1"] }, Ct);
        await store.UseAsync(current, Ct);
    }
}
