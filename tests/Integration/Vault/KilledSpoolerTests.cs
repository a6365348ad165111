using System.Diagnostics;
using System.Globalization;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Vault;

public sealed class KilledSpoolerTests : IDisposable
{
    private const int Lives = 8;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vault-spool-");

    [Fact]
    public async Task Every_batch_that_a_killed_agent_told_of_is_there_bit_for_bit_and_the_tally_is_that_of_the_last()
    {
        var random = new Random(20261123);
        long told = 0;
        for (int life = 1; life <= Lives; life++)
        {
            told = await LiveAndDie(told, batches: random.Next(1, 60), TimeSpan.FromMilliseconds(random.NextDouble() * 20));

            using VaultFile vault = VaultFile.Open(_directory.FullName, TimeProvider.System);
            JobRow job = Assert.Single(vault.Jobs.ListUnended());
            // The group after the last that was told may be there or not, but never a part of it: the agent died on the way.
            Assert.InRange(job.LastSequence, told, told + 4);
            Assert.Equal(ChildSpooler.Tally(job.LastSequence), job.Tally);
            Assert.Equal(TimeSpan.FromSeconds(job.LastSequence), job.Reading);
            for (long sequence = 1; sequence <= job.LastSequence; sequence++)
                Assert.Equal(ChildSpooler.Batch(sequence), vault.Jobs.Batch(job.Id, sequence));
            Assert.Null(vault.Jobs.Batch(job.Id, job.LastSequence + 1));
            told = job.LastSequence;
        }
    }

    /// <summary>Starts an agent, kills it some time after it told of so many batches, and returns the last it told of.</summary>
    private async Task<long> LiveAndDie(long before, int batches, TimeSpan longer)
    {
        string program = Path.ChangeExtension(typeof(KilledSpoolerTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        start.Environment[ChildSpooler.Variable] = _directory.FullName;
        using Process child = Process.Start(start)!;
        long told = before;
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (told < before + batches && await child.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
                told = long.Parse(line, CultureInfo.InvariantCulture);
            await Task.Delay(longer, TestContext.Current.CancellationToken);
        }
        finally
        {
            child.Kill();
        }
        while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            // The last line may have been cut by the kill.
            if (long.TryParse(line, CultureInfo.InvariantCulture, out long more) && more == told + 1)
                told = more;
        }
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.InRange(told, before + batches, long.MaxValue);
        return told;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
