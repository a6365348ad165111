using System.Diagnostics;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Xunit;
using SystemPorts = ImeiAgent.Session.Ports;

namespace ImeiAgent.Integration.Session;

/// <summary>The recording of a conversation with a simulated phone, read by the program that everybody has.</summary>
public sealed class RecordingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tshark_reads_the_frames_their_directions_and_comments()
    {
        string tshark = Requires.Program("tshark");
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        var recorder = new FlightRecorder("bench-1", TimeProvider.System);
        await using (DiagSession session = new(await SystemPorts.OpenAsync(PortSpec.Parse(phone.Host.Path), Ct), new SessionOptions(), TimeProvider.System, recorder))
        {
            await session.SendAsync(new SpcRequest(Spc.TryParse("918273")!.Value), Ct);
            await session.SendAsync(new NvReadRequest(NvItemId.Imei), Ct);
        }
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "recording.pcapng");
        await File.WriteAllBytesAsync(file, Pcapng.Of(recorder.Snapshot()), Ct);

        string[][] rows = await RunAsync(tshark, file, "frame.number", "frame.len", "frame.cap_len", "frame.interface_name", "frame.packet_flags_direction", "frame.comment");

        Assert.Equal(6, rows.Length);
        Assert.Equal(["1", "0", "0", "bench-1", "0x00000000", "the session began"], Plain(rows[0]));
        Assert.Equal(["2", "7", "7", "bench-1", "0x00000002", "DIAG_SPC_F; 6 bytes masked"], Plain(rows[1]));
        Assert.Equal(["3", "2", "2", "bench-1", "0x00000001"], Plain(rows[2])[..5]);
        Assert.Equal(["4", "133", "133", "bench-1", "0x00000002", "DIAG_NV_READ_F slot 1 item 550 NV_UE_IMEI_I"], Plain(rows[3]));
        Assert.Equal(["5", "133", "133", "bench-1", "0x00000001", "DIAG_NV_READ_F slot 1 item 550 NV_UE_IMEI_I NV_DONE; 128 bytes masked"], Plain(rows[4]));
        Assert.Equal(["6", "0", "0", "bench-1", "0x00000000", "the session ended (Closed): closed by its owner"], Plain(rows[5]));
    }

    /// <summary>Newer versions write a direction as a number without leading zeros.</summary>
    private static string[] Plain(string[] row) => [.. row.Select((value, column) => column == 4 ? $"0x{Convert.ToUInt32(value, value.StartsWith("0x", StringComparison.Ordinal) ? 16 : 10):x8}" : value)];

    private static async Task<string[][]> RunAsync(string tshark, string file, params string[] fields)
    {
        using var process = Process.Start(new ProcessStartInfo(
            tshark, ["-r", file, "-T", "fields", "-E", "separator=|", .. fields.SelectMany(field => new[] { "-e", field })])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(Ct);
        string output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.True(process.ExitCode == 0, await errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'))];
    }
}
