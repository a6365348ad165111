using System.Globalization;
using System.Text.Json;
using ImeiAgent.Client.Cli;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>The audit as a supervisor checks it, and as somebody with a hand on its file changes it.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task A_row_that_somebody_changed_in_the_file_is_found_and_named()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 81);
        await bench.StartAgentAsync();
        (await bench.RestoreAsync(phone.Host.Path, Bench.Label, "--no-restart")).Ended(ExitCode.Ok, "restored:");
        int restored = Row(bench, "restore-imei", "applied");
        int rows = bench.Audit().Count;
        Assert.InRange(restored, 2, rows - 1);
        (await VerifyAsync(bench)).Ended(ExitCode.Ok, $"intact      {rows} rows");

        // The file says no as long as it has its triggers.
        Assert.Contains("cannot be changed", Assert.Throws<SqliteException>(() => Change(bench, restored)).Message, StringComparison.Ordinal);
        (await VerifyAsync(bench)).Ended(ExitCode.Ok, $"intact      {rows} rows");
        Raw(bench, "DROP TRIGGER audit_unchanged");
        Change(bench, restored);

        string found = $"Row {restored} of the audit";
        Result told = (await VerifyAsync(bench)).Ended(ExitCode.File, found, $"The {restored - 1} rows before it are as they were written.");
        Assert.DoesNotContain("intact", told.Out, StringComparison.Ordinal);
        Result json = (await VerifyAsync(bench, "--json")).Ended(ExitCode.File, "AUDIT_DAMAGED");
        JsonElement verdict = json.Messages[0];
        Assert.Equal($"{restored}", verdict.GetProperty("firstBadRow").GetString());

        // An agent that is started again does not heal it.
        bench.Agent.Terminate();
        Assert.Equal(0, await bench.Agent.EndAsync(TestContext.Current.CancellationToken));
        await bench.StartAgentAsync();
        (await VerifyAsync(bench)).Ended(ExitCode.File, found);
    }

    [Fact]
    public async Task A_row_that_somebody_removed_while_the_agent_was_down_is_named_too()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 82);
        await bench.StartAgentAsync();
        (await bench.ImeiAsync("-d", phone.Host.Path, "lease", "acquire", "--purpose", "Ticket 4711", "--ttl", "60")).Ended(ExitCode.Ok);
        (await bench.ImeiAsync("-d", phone.Host.Path, "lease", "acquire", "--purpose", "Ticket 4712", "--ttl", "60")).Ended(ExitCode.DeviceNotReady, "DEVICE_BUSY");
        (await bench.ImeiAsync("-d", phone.Host.Path, "lease", "release", "1")).Ended(ExitCode.Ok);
        int refused = Row(bench, "acquire-lease", "refused:");
        Assert.Equal(2, refused);

        bench.Agent.Terminate();
        Assert.Equal(0, await bench.Agent.EndAsync(TestContext.Current.CancellationToken));
        Raw(bench, "DROP TRIGGER audit_kept");
        Raw(bench, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM audit WHERE id = {refused}"));
        await bench.StartAgentAsync();

        (await VerifyAsync(bench)).Ended(ExitCode.File, $"Row {refused} of the audit: the row is missing");
    }

    private static Task<Result> VerifyAsync(Bench bench, params string[] more) => bench.ImeiAsync([.. more, "audit", "verify"]);

    /// <summary>The number of the only row of that action and outcome.</summary>
    private static int Row(Bench bench, string action, string outcome) => Assert.Single(
        bench.Audit().Index(), row => row.Item.Split(' ') is [_, var did, _, var ended, ..] && did == action && ended == outcome).Index + 1;

    private static void Change(Bench bench, int row) =>
        Raw(bench, string.Create(CultureInfo.InvariantCulture, $"UPDATE audit SET operator = 'nobody' WHERE id = {row}"));

    private static void Raw(Bench bench, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={bench.File("data/vault.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The names come from the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
