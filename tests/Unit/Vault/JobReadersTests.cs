using System.Security.Cryptography;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class JobReadersTests : IDisposable
{
    private const int Batches = 500;
    private const int Readers = 20;

    private readonly VaultRoom _room = new();

    [Fact]
    public async Task Every_reader_sees_the_exact_bytes_while_a_writer_appends()
    {
        JobRow job = _room.Job();
        Jobs jobs = _room.Vault.Jobs;
        long told = 0;
        Task writer = Task.Run(() =>
        {
            for (int first = 1; first <= Batches; first += 5)
            {
                ReadOnlyMemory<byte>[] group = [.. Enumerable.Range(first, 5).Select(i => (ReadOnlyMemory<byte>)Bytes(i))];
                jobs.Append(job.Id, first, group, new JobTally(first + 4, 0, 0, 0), default);
                Volatile.Write(ref told, first + 4);
            }
        }, TestContext.Current.CancellationToken);

        byte[][] hashes = await Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => Task.Run(async () =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int next = 1; next <= Batches;)
            {
                long durable = Volatile.Read(ref told);
                if (jobs.Batch(job.Id, next) is { } bytes)
                {
                    hash.AppendData(bytes);
                    next++;
                    continue;
                }
                Assert.True(next > durable, $"reader {reader} misses batch {next} though {durable} were told");
                Assert.False(writer.IsFaulted, "the writer failed");
                await Task.Yield();
            }
            return hash.GetHashAndReset();
        })));
        await writer;

        byte[] expected = SHA256.HashData([.. Enumerable.Range(1, Batches).SelectMany(Bytes)]);
        Assert.All(hashes, hash => Assert.Equal(expected, hash));
        Assert.Equal((Batches, Batches), (jobs.Find(job.Name).LastSequence, jobs.Find(job.Name).Tally.Done));
    }

    // 1 to 20,000 bytes that differ from batch to batch.
    private static byte[] Bytes(int sequence)
    {
        var bytes = new byte[1 + sequence * 7919 % 20_000];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(sequence * 31 + i * 7 + (i >> 8));
        return bytes;
    }

    public void Dispose() => _room.Dispose();
}
