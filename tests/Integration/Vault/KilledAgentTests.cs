using System.Diagnostics;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Vault;

public sealed class KilledAgentTests : IDisposable
{
    private const int RowsBeforeTheKill = 25;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vault-killed-");

    [Fact]
    public async Task Every_row_that_a_killed_agent_had_opened_is_there_afterwards()
    {
        using Process child = Start();
        List<string> opened = [];
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (opened.Count < RowsBeforeTheKill && await child.StandardOutput.ReadLineAsync(deadline.Token) is { } id)
                opened.Add(id);
            var error = Assert.Throws<VaultUnavailableException>(() => VaultFile.Open(_directory.FullName, TimeProvider.System));
            Assert.Equal(VaultFault.InUse, error.Fault);
        }
        finally
        {
            child.Kill();
        }
        while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } id)
            opened.Add(id);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        using VaultFile vault = VaultFile.Open(_directory.FullName, TimeProvider.System);
        IReadOnlyList<JournalRow> rows = vault.Journal.ListOpen();

        Assert.InRange(opened.Count, RowsBeforeTheKill, int.MaxValue);
        // The row after the last that was told may be there or not: the agent died on the way.
        Assert.Equal(opened, rows.Take(opened.Count).Select(row => row.Entry.RequestId));
        Assert.InRange(rows.Count, opened.Count, opened.Count + 1);
        Assert.All(rows.Take(opened.Count), row => Assert.Equal(JournalState.Sent, row.State));
        Assert.Equal(0, vault.Snapshots.Load(rows[0].BackupSnapshot).Count);
    }

    private Process Start()
    {
        string program = Path.ChangeExtension(typeof(KilledAgentTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        start.Environment[ChildAgent.Variable] = _directory.FullName;
        return Process.Start(start)!;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
