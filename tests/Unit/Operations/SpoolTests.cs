using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

public sealed class SpoolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly VaultFile _vault;

    public SpoolTests() => _vault = VaultFile.Open(_folder.File("vault"), TimeProvider.System);

    [Fact]
    public async Task Laying_down_an_item_allocates_about_nothing_once_there_are_buffers()
    {
        // Rounds of a little more than four batches: so many go to the disk at once.
        const int Rounds = 20, Round = 11_000;
        JobRow row = _vault.Jobs.Create(new NewJob("devices/one", PhoneIdentity.None, "", "local:test", 2 * Rounds * Round, []));
        var news = new Pulse();
        var spool = new Spool(_vault, row, news, TimeProvider.System);
        var absent = new NvReading(1, new NvItemId(7), NvOutcome.Answered, (ushort)NvStatus.NotActive, default);

        long warm = await AddAsync(), steady = await AddAsync();
        spool.End();
        await spool.Writing;

        // A buffer of 64 KiB for each batch of 2,731 items would be 24 bytes an item.
        Assert.True(steady < 4 * Rounds * Round, $"{(double)steady / Rounds / Round:F2} bytes an item, {(double)warm / Rounds / Round:F2} while warming up");

        async Task<long> AddAsync()
        {
            long allocated = 0;
            for (int round = 0; round < Rounds; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Round; i++)
                    spool.Add(absent);
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                await OnDiskAsync();
            }
            return allocated;
        }

        async Task OnDiskAsync()
        {
            while (true)
            {
                Task next = news.Next;
                Assert.Null(spool.Fault);
                if (spool.Durable.Tally.Done == spool.Position)
                    return;
                await next.WaitAsync(Eventually.Deadline, Bench.Ct);
            }
        }
    }

    public void Dispose()
    {
        _vault.Dispose();
        _folder.Dispose();
    }
}
