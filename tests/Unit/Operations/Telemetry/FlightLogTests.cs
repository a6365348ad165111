using System.Diagnostics;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations.Telemetry;

/// <summary>What went over a port is written down when something failed with the phone, under the trace of what failed, and only then.</summary>
public sealed class FlightLogTests : IDisposable
{
    private readonly SpanRecorder _spans = new();

    [Fact]
    public async Task A_write_that_did_not_hold_is_kept_with_what_was_said_and_without_the_number()
    {
        await using var bench = new Bench(quirks: "wear=550");
        RestoreEnded end = await RestoreAsync(bench, Bench.Label());

        Assert.NotNull(end.Failure);
        RecordingRow row = Assert.Single(bench.Vault.Traces.Recordings(_trace));
        Assert.Equal((bench.Registry.List()[0].Name, "/dev/sim1", end.Failure.Error.Name()), (row.Device, row.Port, row.Error));
        Recording kept = bench.Vault.Traces.Recording(row.Number)!;
        Assert.Contains("-> DIAG_NV_WRITE_F slot 1 item 550 NV_UE_IMEI_I", kept.Text, StringComparison.Ordinal);
        Assert.Contains("<- DIAG_NV_WRITE_F slot 1 item 550 NV_UE_IMEI_I NV_DONE", kept.Text, StringComparison.Ordinal);
        // 356938035643809 and what a worn bit makes of it begin alike.
        foreach (string secret in (string[])["08 3A 65 39", "083A6539", "35693803"])
            Assert.DoesNotContain(secret, kept.Text, StringComparison.Ordinal);
        byte[] number = [0x3A, 0x65, 0x39, 0x08];
        Assert.True(kept.Pcapng.AsSpan().IndexOf(number) < 0);
        Assert.True(kept.Pcapng.AsSpan().IndexOf("NV_UE_IMEI_I"u8) > 0);
    }

    [Fact]
    public async Task A_code_that_was_refused_is_kept_without_the_code()
    {
        await using var bench = new Bench("galaxy-spc-locked");
        RestoreEnded end = await RestoreAsync(bench, Bench.Label() with { Spc = "740551" });

        Assert.Equal(OperationError.SpcRefused, end.Failure!.Error);
        Recording kept = bench.Vault.Traces.Recording(Assert.Single(bench.Vault.Traces.Recordings(_trace)).Number)!;
        Assert.Contains("DIAG_SPC_F", kept.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("37 34 30 35 35 31", kept.Text, StringComparison.Ordinal);
        Assert.True(kept.Pcapng.AsSpan().IndexOf("740551"u8) < 0);
    }

    [Fact]
    public async Task What_the_policy_refuses_is_no_failure_of_the_phone()
    {
        await using var bench = new Bench("galaxy");
        await Assert.ThrowsAsync<OperationException>(() => RestoreAsync(bench, Bench.Label("490154203237518")));

        Assert.Empty(bench.Vault.Traces.Recordings(_trace));
    }

    [Fact]
    public async Task A_restore_that_succeeds_leaves_nothing()
    {
        await using var bench = new Bench();
        await RestoreAsync(bench, Bench.Label());

        Assert.Empty(bench.Vault.Traces.Recordings(_trace));
    }

    [Fact]
    public async Task A_phone_that_a_dump_lost_is_kept_under_the_trace_of_the_job()
    {
        await using var bench = new Bench("galaxy", "crash-on=300");
        await bench.ReadyAsync();
        (JobView job, _) = await bench.Jobs.StartAsync(new DumpRequest { Ranges = [new ItemRange(200, 400)] }, Bench.Ct);
        await bench.Jobs.WaitAsync(job.Name, TimeSpan.FromMinutes(2), Bench.Ct);

        IReadOnlyList<RecordingRow> rows = bench.Vault.Traces.Recordings(job.Traceparent[3..35]);
        Assert.NotEmpty(rows);
        Assert.Contains("DIAG_NV_READ_F slot 1 item 300", bench.Vault.Traces.Recording(rows[0].Number)!.Text, StringComparison.Ordinal);
    }

    public void Dispose() => _spans.Dispose();

    private string _trace = "";

    private async Task<RestoreEnded> RestoreAsync(Bench bench, RestoreRequest request)
    {
        await bench.ReadyAsync();
        using Activity root = SpanRecorder.Root();
        _trace = root.TraceId.ToHexString();
        return await bench.EndAsync(request);
    }
}
