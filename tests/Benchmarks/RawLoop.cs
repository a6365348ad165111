using System.Diagnostics;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// The yardstick: NV reads over a plain file handle, with no parsing beyond counting flags. What a program could do at most on this
/// port (windowed), and what the programs in use today do (stop and wait: one request, one answer).
/// </summary>
internal static class RawLoop
{
    /// <summary>Reads <paramref name="items"/> items, those from 65,536 on of the second SIM, with <paramref name="window"/> requests outstanding and returns items per second.</summary>
    public static double Run(string path, int items, int window)
    {
        using var port = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        byte[][] frames = [.. Enumerable.Range(0, items).Select(Frame)];
        byte[] buffer = new byte[65536];
        int sent = 0;
        int received = 0;
        var watch = Stopwatch.StartNew();
        while (received < items)
        {
            while (sent < items && sent - received < window)
                port.Write(frames[sent++]);
            int length = port.Read(buffer);
            received += buffer.AsSpan(0, length).Count(Hdlc.Flag);
        }
        return items / watch.Elapsed.TotalSeconds;
    }

    private static byte[] Frame(int item)
    {
        var id = new NvItemId((ushort)item);
        Span<byte> packet = stackalloc byte[256];
        Span<byte> frame = stackalloc byte[Hdlc.MaxFrameLength(256)];
        int length = item < NvItemId.Count ? new NvReadRequest(id).Write(packet) : new NvSubscriptionReadRequest(id, 1).Write(packet);
        return frame[..HdlcEncoder.Encode(packet[..length], frame)].ToArray();
    }
}
