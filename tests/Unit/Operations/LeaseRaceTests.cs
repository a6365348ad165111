using System.Diagnostics;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Eight clients that race for one phone.</summary>
public sealed class LeaseRaceTests(ITestOutputHelper output) : IDisposable
{
    private const int Races = 10_000, Clients = 8;

    // 20,000 commits: in memory 4 s, on a disk 30 s.
    private readonly LeaseRoom _room = new(onDisk: false);

    [Fact]
    public async Task Of_ten_thousand_races_none_has_two_holders_and_the_token_only_grows()
    {
        int inside = 0, most = 0, won = 0;
        long last = 0;
        bool grew = true;
        _ = _room.Leases;
        var watch = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(() => RaceAsync(new Caller($"client {i}", $"clients/{i}", "192.0.2.1", "")))));

        output.WriteLine($"{won:N0} leases in {watch.Elapsed.TotalSeconds:0.0} s, each kept in the vault with its audit and given back");
        Assert.Equal((1, Races, (long)Races, true), (most, won, last, grew));
        Assert.Equal(Races, _room.Vault.Leases.LastToken(LeaseRoom.Phone));

        async Task RaceAsync(Caller by)
        {
            for (int race = 0; race < Races / Clients; race++)
            {
                LeaseView lease = await _room.AcquireAsync(by, wait: 600);
                // Everything here is between a grant and its end: with two holders two would be here.
                int holders = Interlocked.Increment(ref inside);
                most = Math.Max(most, holders);
                grew &= lease.Token > last;
                (last, won) = (lease.Token, won + 1);
                using (WriteRight right = _room.Leases.WriteRight(LeaseRoom.Phone, lease.Token, by))
                    right.Take();
                Interlocked.Decrement(ref inside);
                _room.Leases.Release(LeaseRoom.Phone, lease.Token, by);
            }
        }
    }

    public void Dispose() => _room.Dispose();
}
