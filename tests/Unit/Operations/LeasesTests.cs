using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>One lease: how it is taken, kept, given back, taken away and lost.</summary>
public sealed class LeasesTests : IDisposable
{
    private readonly LeaseRoom _room = new();

    [Fact]
    public async Task Whoever_comes_second_is_told_who_has_it_from_where_what_for_and_how_long()
    {
        await _room.AcquireAsync(LeaseRoom.Ana);
        _room.Advance(10);

        var busy = await Assert.ThrowsAsync<OperationException>(() => _room.AcquireAsync(LeaseRoom.Ben));

        Assert.Equal((OperationError.DeviceBusy, TimeSpan.FromSeconds(20)), (busy.Error, busy.RetryAfter));
        Assert.Equal(
            ("ana", "192.0.2.1", "ticket 4711", "2026-11-23T12:00:30Z"),
            (busy.Fields["holder"], busy.Fields["station"], busy.Fields["purpose"], busy.Fields["until"]));
        Assert.Contains("ana (192.0.2.1) holds", busy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_request_returns_the_lease_it_got_and_only_to_the_one_who_made_it()
    {
        LeaseOrder order = LeaseRoom.Order(LeaseRoom.Ana);
        LeaseView first = await _room.Leases.AcquireAsync(order, Bench.Ct);

        LeaseView again = await _room.Leases.AcquireAsync(order, Bench.Ct);
        var busy = await Assert.ThrowsAsync<OperationException>(() => _room.Leases.AcquireAsync(order with { By = LeaseRoom.Ben }, Bench.Ct));

        Assert.Equal((1L, first), (again.Token, again));
        Assert.Equal(OperationError.DeviceBusy, busy.Error);
        Assert.Equal(["acquire-lease"], _room.Audit().Select(r => r.Action));
    }

    [Fact]
    public async Task Renewing_never_shortens_and_never_goes_beyond_the_limit()
    {
        LeaseView lease = await _room.Leases.AcquireAsync(
            LeaseRoom.Order(LeaseRoom.Ana) with { Ttl = TimeSpan.FromSeconds(60), MaxDuration = TimeSpan.FromSeconds(90) }, Bench.Ct);

        LeaseView shorter = _room.Leases.Renew(LeaseRoom.Phone, lease.Token, TimeSpan.FromSeconds(5), LeaseRoom.Ana);
        _room.Advance(50);
        LeaseView longer = _room.Leases.Renew(LeaseRoom.Phone, lease.Token, null, LeaseRoom.Ana);
        _room.Advance(39.9);
        Assert.NotNull(_room.Leases.HolderOf(LeaseRoom.Phone));
        _room.Advance(0.1);

        Assert.Equal(lease.AcquiredAt.AddSeconds(60), shorter.ExpiresAt);
        Assert.Equal((lease.AcquiredAt.AddSeconds(90), longer.LimitAt), (longer.ExpiresAt, longer.ExpiresAt));
        Assert.Null(_room.Leases.HolderOf(LeaseRoom.Phone));
        Assert.Equal(("expire-lease", "limit-reached", "agent"), Brief(_room.Audit()[^1]));
        var over = Assert.Throws<OperationException>(() => _room.Leases.Renew(LeaseRoom.Phone, lease.Token, null, LeaseRoom.Ana));
        Assert.Equal((OperationError.LeaseSuperseded, "LIMIT_REACHED"), (over.Error, over.Fields["end"]));
    }

    [Fact]
    public async Task One_that_is_not_renewed_ends_with_the_reason_on_record()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        _room.Advance(29.999);
        Assert.Equal(lease.Token, _room.Leases.HolderOf(LeaseRoom.Phone)!.Token);
        _room.Advance(0.001);

        Assert.Empty(_room.Leases.List());
        Assert.Equal(("expire-lease", "expired", "agent"), Brief(_room.Audit()[^1]));
        Assert.Equal(
            "Lease 1 of ana (clients/00000001, 192.0.2.1), purpose: ticket 4711. Its holder did not renew it within 30 s.", _room.Audit()[^1].Detail);
        Assert.Equal(LeaseEnding.Expired, _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana));
    }

    [Fact]
    public async Task Nobody_but_its_holder_renews_releases_or_watches_it()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);

        OperationException[] refused =
        [
            Assert.Throws<OperationException>(() => _room.Leases.Renew(LeaseRoom.Phone, lease.Token, null, LeaseRoom.Ben)),
            Assert.Throws<OperationException>(() => _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ben)),
            Assert.Throws<OperationException>(() => _room.Leases.Renew(LeaseRoom.Phone, lease.Token + 1, null, LeaseRoom.Ana)),
            Assert.Throws<OperationException>(() => _room.Leases.Renew("devices/other", 1, null, LeaseRoom.Ana)),
            await Assert.ThrowsAsync<OperationException>(async () => await _room.Leases.WatchAsync(LeaseRoom.Phone, lease.Token, LeaseRoom.Ben, Bench.Ct).FirstAsync(Bench.Ct)),
        ];

        Assert.All(refused, e => Assert.Equal(OperationError.LeaseRequired, e.Error));
        Assert.Equal(lease, _room.Leases.HolderOf(LeaseRoom.Phone));
    }

    [Fact]
    public async Task A_holder_is_told_by_whom_and_why_it_was_taken_and_the_token_grows()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        IAsyncEnumerator<LeaseNews> watch = _room.Leases.WatchAsync(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana, Bench.Ct).GetAsyncEnumerator(Bench.Ct);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(LeaseEnding.None, watch.Current.End);

        StolenLease stolen = _room.Leases.Steal(LeaseRoom.Order(LeaseRoom.Eva) with { Purpose = "ana went home, IMEI 356938035643809" });
        Assert.True(await watch.MoveNextAsync());

        Assert.Equal((2L, 1L, "eva"), (stolen.Lease.Token, stolen.Taken!.Token, stolen.Lease.Holder));
        Assert.Equal((LeaseEnding.Stolen, "eva", "ana went home, IMEI 35693803*****09"), (watch.Current.End, watch.Current.TakenBy, watch.Current.Reason));
        Assert.False(await watch.MoveNextAsync());
        Assert.Equal(("steal-lease", "stolen", "eva"), Brief(_room.Audit()[^1]));
        var over = Assert.Throws<OperationException>(() => _room.Leases.Renew(LeaseRoom.Phone, lease.Token, null, LeaseRoom.Ana));
        Assert.Equal((OperationError.LeaseSuperseded, "STOLEN", "eva"), (over.Error, over.Fields["end"], over.Fields["holder"]));
        Assert.Equal(LeaseEnding.Stolen, _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana));
    }

    [Fact]
    public async Task A_watch_keeps_it_and_without_one_it_ends_within_its_ttl()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        IAsyncEnumerator<LeaseNews> watch = _room.Leases.WatchAsync(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana, Bench.Ct).GetAsyncEnumerator(Bench.Ct);
        await watch.MoveNextAsync();
        for (int step = 0; step < 12; step++)
        {
            ValueTask<bool> next = watch.MoveNextAsync();
            _room.Advance(10);
            Assert.True(await next);
        }
        Assert.Equal(lease.AcquiredAt.AddSeconds(150), watch.Current.Lease.ExpiresAt);

        await watch.DisposeAsync();
        _room.Advance(30);

        Assert.Null(_room.Leases.HolderOf(LeaseRoom.Phone));
        Assert.Equal("expired", _room.Audit()[^1].Outcome);
    }

    [Fact]
    public async Task A_write_that_is_under_way_is_neither_robbed_nor_expired_nor_given_away()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        using (WriteRight right = _room.Leases.WriteRight(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana))
        {
            right.Take();
            var busy = Assert.Throws<OperationException>(() => _room.Leases.Steal(LeaseRoom.Order(LeaseRoom.Eva)));
            Assert.Equal((OperationError.DeviceBusy, TimeSpan.FromSeconds(5), "ana"), (busy.Error, busy.RetryAfter, busy.Fields["holder"]));
            _room.Advance(3600);
            Assert.Equal(lease.Token, _room.Leases.HolderOf(LeaseRoom.Phone)!.Token);
            await Assert.ThrowsAsync<OperationException>(() => _room.AcquireAsync(LeaseRoom.Ben));
        }

        Assert.Null(_room.Leases.HolderOf(LeaseRoom.Phone));
        Assert.Equal("expired", _room.Audit()[^1].Outcome);
    }

    [Fact]
    public async Task One_that_is_given_back_or_revoked_during_its_write_ends_with_the_write()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        Task<LeaseView> next = _room.AcquireAsync(LeaseRoom.Ben, wait: 20);
        WriteRight right = _room.Leases.WriteRight(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana);
        right.Take();

        Assert.Equal(LeaseEnding.Released, _room.Leases.Release(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana));
        Assert.Throws<OperationException>(() => _room.Leases.Require(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana));
        _room.Leases.Revoke(LeaseRoom.Ana.Id, LeaseRoom.Eva);
        Assert.False(next.IsCompleted);
        right.Dispose();

        Assert.Equal(2, (await next).Token);
        Assert.Equal(["acquired", "revoked", "acquired"], _room.Audit().Select(r => r.Outcome));
    }

    [Fact]
    public async Task A_revoked_client_loses_what_it_holds_and_its_place_in_the_line()
    {
        LeaseView lease = await _room.AcquireAsync(LeaseRoom.Ana);
        Task<LeaseView> ben = _room.AcquireAsync(LeaseRoom.Ben, wait: 60), eva = _room.AcquireAsync(LeaseRoom.Eva, wait: 60);

        _room.Leases.Revoke(LeaseRoom.Ben.Id, Caller.Local("owner"));
        _room.Leases.Revoke(LeaseRoom.Ana.Id, Caller.Local("owner"));

        Assert.Equal(OperationError.ClientRevoked, (await Assert.ThrowsAsync<OperationException>(() => ben)).Error);
        Assert.Equal("eva", (await eva).Holder);
        Assert.Equal(LeaseEnding.Revoked, (await _room.Leases.WatchAsync(LeaseRoom.Phone, lease.Token, LeaseRoom.Ana, Bench.Ct).FirstAsync(Bench.Ct)).End);
        Assert.Equal(["acquired", "revoked", "acquired"], _room.Audit().Select(r => r.Outcome));
    }

    [Fact]
    public async Task What_the_vault_does_not_take_is_not_granted()
    {
        _ = _room.Leases;
        _room.Break();

        var failed = await Assert.ThrowsAsync<OperationException>(() => _room.AcquireAsync(LeaseRoom.Ana));

        Assert.Equal(OperationError.VaultUnavailable, failed.Error);
        Assert.Empty(_room.Leases.List());
        Assert.Empty(_room.Audit());
    }

    [Theory]
    [InlineData("purpose")]
    [InlineData("request_id")]
    [InlineData("ttl")]
    [InlineData("max_duration")]
    [InlineData("wait")]
    public async Task What_is_out_of_range_is_refused_by_name(string field)
    {
        LeaseOrder good = LeaseRoom.Order(LeaseRoom.Ana);
        LeaseOrder[] wrong = field switch
        {
            "purpose" => [good with { Purpose = "no" }, good with { Purpose = new string('x', 201) }, good with { Purpose = "line\nbreak" }],
            "request_id" => [good with { RequestId = "" }, good with { RequestId = "4711" }],
            "ttl" => [good with { Ttl = TimeSpan.FromSeconds(4.999) }, good with { Ttl = TimeSpan.FromSeconds(3600.001) }],
            "max_duration" => [good with { MaxDuration = TimeSpan.FromSeconds(29.999) }, good with { MaxDuration = TimeSpan.FromSeconds(86400.001) }],
            _ => [good with { Wait = TimeSpan.FromSeconds(-1) }, good with { Wait = TimeSpan.FromSeconds(600.001) }],
        };

        foreach (LeaseOrder order in wrong)
        {
            var refused = await Assert.ThrowsAsync<OperationException>(() => _room.Leases.AcquireAsync(order, Bench.Ct));
            Assert.Equal((OperationError.ArgumentInvalid, field), (refused.Error, refused.Fields["field"]));
        }
        Assert.Empty(_room.Leases.List());
    }

    public void Dispose() => _room.Dispose();

    private static (string, string, string) Brief((string Action, string Outcome, string By, string Detail) row) => (row.Action, row.Outcome, row.By);
}
