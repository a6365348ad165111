using System.Text.Json;
using ImeiAgent.Client;
using ImeiAgent.Client.Cli;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>Leases whose holder or agent is killed, and the one that a restore takes by itself.</summary>
public sealed class LeaseTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_lease_of_a_killed_holder_ends_by_itself_with_the_reason_on_record()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 71);
        await bench.StartAgentAsync();
        await using OurProgram holder = bench.StartImei("-d", phone.Host.Path, "lease", "acquire", "--purpose", "Ticket 4711", "--ttl", "5", "--hold");
        await holder.LineAsync("lease 1 on ", Ct);
        (await bench.RestoreAsync(phone.Host.Path, Bench.Label)).Ended(ExitCode.DeviceNotReady, "Ticket 4711", "DEVICE_BUSY");

        holder.Kill();

        await Eventually.HoldsAsync(async () => (await HeldAsync(bench)).Count == 0);
        Assert.Contains(bench.Audit(), row => row.Contains("expire-lease", StringComparison.Ordinal) && row.Contains("did not renew it within 5 s", StringComparison.Ordinal));
        Assert.Equal(0, phone.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_lease_survives_its_killed_agent_and_writes_with_its_token()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 72);
        await bench.StartAgentAsync();
        Result taken = (await bench.ImeiAsync("--json", "-d", phone.Host.Path, "lease", "acquire", "--purpose", "Ticket 4711", "--ttl", "5")).Ended(ExitCode.Ok);
        string token = taken.Messages[0].GetProperty("lease").GetProperty("fencingToken").GetString()!;

        bench.Agent.Kill();
        await bench.Agent.EndAsync(Ct);
        phone.Host.Unplug();
        phone.Host.Replug();
        await bench.StartAgentAsync();

        Lease held = Assert.Single(await HeldAsync(bench));
        Assert.Equal(("1", 1UL, "Ticket 4711"), (token, held.FencingToken, held.Purpose));
        (await bench.RestoreAsync(phone.Host.Path, Bench.Label, "--no-restart", "--lease", "2")).Ended(ExitCode.Refused, "LEASE_REQUIRED");
        (await bench.RestoreAsync(phone.Host.Path, Bench.Label, "--no-restart", "--lease", token)).Ended(ExitCode.Ok, "restored:");
        Assert.Equal((Bench.LabelHex, 1L), (PhoneProcess.HoldsOf(phone.Phone, 1), phone.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task A_restore_takes_a_lease_and_gives_it_back()
    {
        await using var bench = new Bench();
        RunningPhone<PtyHost> phone = bench.PlugHere("phone", "galaxy-imei-lost", seed: 73);
        await bench.StartAgentAsync();

        (await bench.RestoreAsync(phone.Host.Path, Bench.Label, "--no-restart")).Ended(ExitCode.Ok, "restored:");

        Assert.Empty(await HeldAsync(bench));
        Assert.Equal(
            ["acquire-lease acquired", "restore-imei validated", "restore-imei applied", "release-lease released"],
            bench.Audit().Select(row => row.Split(' ')).Select(words => $"{words[1]} {words[3]}"));
        // All that one command did is one trace.
        JsonElement list = (await bench.ImeiAsync("--json", "audit", "list")).Ended(ExitCode.Ok).Messages[0];
        string trace = Assert.Single(list.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("traceId").GetString()!).Distinct());
        Assert.Matches("^[0-9a-f]{32}$", trace);
    }

    private static async Task<IReadOnlyList<Lease>> HeldAsync(Bench bench)
    {
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(bench.Endpoint));
        return (await client.ListLeasesAsync(Ct)).Leases;
    }
}
