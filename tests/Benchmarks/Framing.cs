using System.Diagnostics;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Benchmarks;

/// <summary>The encoder, the decoder and the check, on NV packets; no port.</summary>
internal static class Framing
{
    private const int Packets = 400_000;

    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        byte[] packet = new byte[133];
        new Random(1).NextBytes(packet.AsSpan(3, 60));
        packet[0] = DiagCode.NvRead;
        byte[] frame = new byte[Hdlc.MaxFrameLength(packet.Length)];
        int length = HdlcEncoder.Encode(packet, frame);
        var decoder = new HdlcDecoder();
        double[] nanoseconds = await Rounds.MediansAsync(rounds + 1,
            () => Timed(() => HdlcEncoder.Encode(packet, frame)),
            () => Timed(() => (int)decoder.Decode(frame.AsSpan(0, length), out _)),
            () => Timed(() => Crc16.Compute(packet)));
        return
        [
            Row.Of("encode a packet of 133 bytes", $"{nanoseconds[0]:F0} ns"),
            Row.Of("decode its frame", $"{nanoseconds[1]:F0} ns"),
            Row.Of("its check alone", $"{nanoseconds[2]:F0} ns"),
        ];
    }

    private static Task<double> Timed(Func<int> work)
    {
        int sum = 0;
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < Packets; i++)
            sum += work();
        double each = watch.Elapsed.TotalNanoseconds / Packets;
        return Task.FromResult(sum == int.MinValue ? 0 : each);
    }
}
