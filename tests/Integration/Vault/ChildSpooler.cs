using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Vault;

/// <summary>
/// This very program, started again to be an agent that a test can kill: it goes on with the job of its vault, or begins one, and
/// appends batches until it dies. It says a batch's number when the vault said that it is on the disk.
/// </summary>
internal static class ChildSpooler
{
    public const string Variable = "IMEIAGENT_TEST_SPOOL_IN";
    public const int LongestBatch = 40_000;

    // Runs before the test runner; does nothing unless a test started the process.
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } directory)
            return;
        using VaultFile vault = VaultFile.Open(directory, TimeProvider.System);
        JobRow job = vault.Jobs.ListUnended() is [JobRow unended]
            ? unended
            : vault.Jobs.Create(new NewJob("phone-1", PhoneIdentity.None, "", "ana", int.MaxValue, []));
        for (long next = job.LastSequence + 1; ;)
        {
            ReadOnlyMemory<byte>[] group = [.. Enumerable.Range(0, 1 + (int)(next % 4)).Select(i => (ReadOnlyMemory<byte>)Batch(next + i))];
            long last = next + group.Length - 1;
            vault.Jobs.Append(job.Id, next, group, Tally(last), TimeSpan.FromSeconds(last));
            for (; next <= last; next++)
                Console.Out.WriteLine(next);
            Console.Out.Flush();
        }
    }

    /// <summary>What batch <paramref name="sequence"/> is made of: 1 to 40,000 bytes that no other batch has.</summary>
    public static byte[] Batch(long sequence)
    {
        byte[] key = SHA256.HashData(BitConverter.GetBytes(sequence));
        var bytes = new byte[1 + sequence * 7919 % LongestBatch];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(key[i % key.Length] ^ i >> 5);
        return bytes;
    }

    /// <summary>The tally that goes with a last batch.</summary>
    public static JobTally Tally(long last) => new((int)last * 10, (int)last * 3, (int)last * 2, (int)last);
}
