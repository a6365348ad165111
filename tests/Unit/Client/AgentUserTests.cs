using ImeiAgent.Client;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class AgentUserTests
{
    [Theory]
    [InlineData(1000, 1000, true)]
    [InlineData(0, 1000, true)]
    [InlineData(1001, 1000, false)]
    [InlineData(1000, 0, true)]
    public void An_agent_of_another_user_is_told_nothing(uint listener, uint own, bool trusted) =>
        Assert.Equal(trusted, AgentUser.IsTrusted(listener, own));
}
