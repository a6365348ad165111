using System.Buffers.Binary;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>
/// Eight clients that race for one phone and write to it, and a supervisor who robs every fourth for certain and every other fourth at the very moment
/// of its write. Each write stores its token in the phone, so that the phone itself knows whether an old one came behind a new one.
/// </summary>
public sealed class LeaseRobberyTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Races = 10_000, Clients = 8;

    // Nothing else of the phone is written in this test.
    private static readonly NvItemId s_item = NvItemId.Imei;

    private readonly LeaseRoom _room = new(onDisk: false);
    private readonly RunningPhone<MemoryHost> _phone = Phones.InMemory("galaxy");
    private readonly Lock _lock = new();
    private int _inside, _most, _written, _robbed, _late;
    private DiagSession _session = null!;

    [Fact]
    public async Task In_ten_thousand_races_no_write_of_a_robbed_holder_reaches_the_phone()
    {
        // Patience with a machine under load; a write is never sent twice anyhow.
        await using var session = _session = new DiagSession(_phone.Host.Open(), new SessionOptions { ReplyTimeout = TimeSpan.FromSeconds(60) }, TimeProvider.System);
        _phone.Phone.Put(1, s_item.Number, new byte[8]);
        _ = _room.Leases;

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(() => RaceAsync(new Caller($"client {i}", $"clients/{i}", "192.0.2.1", "")))));

        output.WriteLine($"{_written:N0} written, {_robbed:N0} robbed before they wrote, {_room.Vault.Leases.LastToken(LeaseRoom.Phone):N0} leases");
        Assert.Equal((1, 0), (_most, _late));
        // Every fourth was robbed for certain; those whose thief came too late or was in time differ from run to run.
        Assert.True(_robbed >= Races / 4);
        Assert.Equal(_room.Vault.Leases.LastToken(LeaseRoom.Phone), _written + _robbed);
        // Counted at the phone: what was written, and not a byte more.
        const int Frame = 133 + 3;
        Assert.Equal(_written, _phone.Phone.Counters.NvWritesReceived);
        Assert.InRange(_phone.Phone.Counters.BytesReceived, (long)_written * Frame, (long)_written * (Frame + 16));
    }

    private async Task RaceAsync(Caller by)
    {
        for (int race = 0; race < Races / Clients; race++)
        {
            LeaseView lease = await _room.AcquireAsync(by, wait: 600);
            if (race % 4 == 0)
                await RobAsync();
            Task robber = race % 4 == 2 ? Task.Run(RobAsync) : Task.CompletedTask;
            await WriteAsync(lease, by);
            _room.Leases.Release(LeaseRoom.Phone, lease.Token, by);
            await robber;
        }
    }

    /// <summary>Takes the phone from whoever has it, writes, and gives it back; nothing when a write is under way.</summary>
    private async Task RobAsync()
    {
        LeaseView loot;
        try
        {
            loot = _room.Leases.Steal(LeaseRoom.Order(LeaseRoom.Eva)).Lease;
        }
        catch (OperationException e) when (e.Error == OperationError.DeviceBusy)
        {
            return;
        }
        await WriteAsync(loot, LeaseRoom.Eva);
        _room.Leases.Release(LeaseRoom.Phone, loot.Token, LeaseRoom.Eva);
    }

    private async Task WriteAsync(LeaseView lease, Caller by)
    {
        using WriteRight right = _room.Leases.WriteRight(LeaseRoom.Phone, lease.Token, by);
        try
        {
            right.Take();
        }
        catch (OperationException e) when (e.Error == OperationError.LeaseSuperseded)
        {
            Interlocked.Increment(ref _robbed);
            return;
        }
        int inside = Interlocked.Increment(ref _inside);
        byte[] token = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(token, lease.Token);
        bool isLate = Held() >= lease.Token;
        await _session.SendAsync(new NvWriteRequest(s_item, NvData.From(token)), Bench.Ct);
        isLate |= Held() != lease.Token;
        Interlocked.Decrement(ref _inside);
        lock (_lock)
        {
            _written++;
            _late += isLate ? 1 : 0;
            _most = Math.Max(_most, inside);
        }
    }

    private long Held() => _phone.Phone.TryGet(1, s_item.Number, out NvData data) ? BinaryPrimitives.ReadInt64LittleEndian(data.Bytes) : -1;

    public async ValueTask DisposeAsync()
    {
        await _phone.DisposeAsync();
        _room.Dispose();
    }
}
