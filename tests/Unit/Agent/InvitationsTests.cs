using System.Security.Cryptography;
using ImeiAgent.Agent.Access;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Agent;

/// <summary>Invitations: how long they are good, how often, and for whom.</summary>
public class InvitationsTests
{
    private static readonly byte[] s_client = SHA256.HashData("client"u8), s_server = SHA256.HashData("server"u8);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_right_proof_takes_it_up_once()
    {
        var invitations = new Invitations(_time);
        Invitation made = invitations.Make("bench-3", Role.Technician)!;

        Assert.Equal(made, invitations.Take(made.Id, Proof(made.Secret), s_client, s_server));
        Assert.Null(invitations.Take(made.Id, Proof(made.Secret), s_client, s_server));
    }

    [Theory]
    [InlineData(599, true)]
    [InlineData(600, false)]
    public void It_is_good_for_ten_minutes(int seconds, bool isGood)
    {
        var invitations = new Invitations(_time);
        Invitation made = invitations.Make("bench-3", Role.Technician)!;
        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isGood, invitations.Take(made.Id, Proof(made.Secret), s_client, s_server) is not null);
        Assert.Equal(TimeSpan.FromMinutes(10), made.ExpiresAt - _time.GetUtcNow() + TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void It_bears_four_wrong_proofs(int wrong, bool isGood)
    {
        var invitations = new Invitations(_time);
        Invitation made = invitations.Make("bench-3", Role.Technician)!;
        for (int i = 0; i < wrong; i++)
            Assert.Null(invitations.Take(made.Id, new byte[32], s_client, s_server));

        Assert.Equal(isGood, invitations.Take(made.Id, Proof(made.Secret), s_client, s_server) is not null);
    }

    [Fact]
    public void A_proof_is_of_both_keys()
    {
        var invitations = new Invitations(_time);
        Invitation made = invitations.Make("bench-3", Role.Technician)!;

        Assert.Null(invitations.Take(made.Id, Proof(made.Secret), s_server, s_server));
        Assert.Null(invitations.Take(made.Id, Proof(made.Secret), s_client, s_client));
        Assert.Null(invitations.Take(made.Id, [], s_client, s_server));
    }

    [Fact]
    public void There_are_never_too_many_and_old_ones_make_room()
    {
        var invitations = new Invitations(_time);
        for (int i = 0; i < 100; i++)
            Assert.NotNull(invitations.Make($"bench-{i}", Role.Viewer));

        Assert.Null(invitations.Make("one-more", Role.Viewer));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.NotNull(invitations.Make("one-more", Role.Viewer));
    }

    [Fact]
    public void Its_text_names_no_secret()
    {
        Invitation made = new Invitations(_time).Make("bench-3", Role.Technician)!;

        Assert.Equal($"invitation {made.Id} for bench-3", made.ToString());
    }

    // As the contract has it, put together by hand.
    private static byte[] Proof(byte[] secret)
    {
        byte[] said = [.. "imei1-enroll"u8, .. s_client, .. s_server];
        return HMACSHA256.HashData(secret, said);
    }
}
