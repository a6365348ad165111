using System.Security.Cryptography.X509Certificates;
using ImeiAgent.Client.Contexts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Client.Contexts;

public sealed class PinnedCaTests : IDisposable
{
    private readonly TestCa _ca = new();
    private readonly TestCa _other = new();

    [Fact]
    public void The_authority_is_found_in_the_certificate_or_among_those_that_were_sent()
    {
        using X509Certificate2 carrying = _ca.Server(_ca.Certificate);
        using X509Certificate2 bare = _ca.Server(null);

        Assert.Null(Pin().FaultOf(carrying, []));
        Assert.Null(Pin().FaultOf(bare, [_other.Certificate, _ca.Certificate]));
        Assert.Contains("not the one that was pinned", Pin().FaultOf(bare, []), StringComparison.Ordinal);
        Assert.Contains("not the one that was pinned", Pin().FaultOf(bare, [_other.Certificate]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_paired_client_cannot_pass_for_the_agent()
    {
        using X509Certificate2 client = _ca.Server(_ca.Certificate, purpose: TestCa.ClientAuth);

        Assert.Equal("its certificate is for another purpose", Pin().FaultOf(client, []));
    }

    [Fact]
    public void The_authority_itself_is_no_agent() => Assert.NotNull(Pin().FaultOf(_ca.Certificate, [_ca.Certificate]));

    [Fact]
    public void A_certificate_holds_from_its_first_moment_to_its_last()
    {
        using X509Certificate2 server = _ca.Server(_ca.Certificate, until: TestCa.Now.AddDays(10));

        Assert.Null(Pin(TestCa.Now.AddDays(9)).FaultOf(server, []));
        Assert.Contains("NotTimeValid", Pin(TestCa.Now.AddDays(11)).FaultOf(server, []), StringComparison.Ordinal);
        Assert.Contains("NotTimeValid", Pin(TestCa.Now.AddMonths(-3)).FaultOf(server, []), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _ca.Dispose();
        _other.Dispose();
    }

    private PinnedCa Pin(DateTimeOffset? now = null) => new(_ca.Fingerprint, new FakeTimeProvider(now ?? TestCa.Now));
}
