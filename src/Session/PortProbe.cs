using System.Buffers;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>What answers on a port.</summary>
public enum ProbeVerdict
{
    /// <summary>A phone's DIAG interface.</summary>
    Diag,

    /// <summary>A modem that takes AT commands: another interface of the same phone, most likely.</summary>
    AtCommands,

    /// <summary>Nothing that was understood.</summary>
    Silent,
}

/// <summary>Finds out what answers on an open port before a <see cref="DiagSession"/> takes it over. Harmless to all three.</summary>
public static class PortProbe
{
    private static readonly TimeSpan FrameTime = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan TextTime = TimeSpan.FromSeconds(0.5);
    private static readonly byte[] Verno = [0x00, 0x78, 0xF0, Hdlc.Flag];

    // The first return ends the line that the VERNO frames began in a modem's buffer.
    private static readonly byte[] Attention = "\rAT\r"u8.ToArray();
    private static readonly byte[] LoneFlag = [Hdlc.Flag];

    /// <summary>
    /// Sends VERNO, twice if need be because a first frame can be eaten, for 1.5 s each; any frame with a right check is a phone's,
    /// whatever it says, except the echo of what was sent. Then sends AT and looks for OK or ERROR for 0.5 s. If neither came, a lone
    /// flag ends the line noise a slow phone would make of it.
    /// </summary>
    /// <exception cref="IOException">The port failed or ended.</exception>
    public static async Task<ProbeVerdict> RunAsync(Stream stream, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(time);
        var ear = new Ear(stream, time);
        for (int attempt = 0; attempt < 2; attempt++)
            if (await ear.ListenAsync(Verno, FrameTime, forText: false, ct).ConfigureAwait(false) is { } verdict)
                return verdict;

        ProbeVerdict last = await ear.ListenAsync(Attention, TextTime, forText: true, ct).ConfigureAwait(false) ?? ProbeVerdict.Silent;
        if (last != ProbeVerdict.AtCommands)
            await ear.SayAsync(LoneFlag, TextTime, ct).ConfigureAwait(false);
        return last;
    }

    /// <summary>What was heard so far: frames in the decoder, text in the tail of the last bytes.</summary>
    private sealed class Ear(Stream stream, TimeProvider time)
    {
        private readonly byte[] _bytes = new byte[4096];
        private readonly HdlcDecoder _decoder = new();
        private readonly ArrayBufferWriter<byte> _text = new();

        /// <summary>Says something and waits for an answer; null when none came in time.</summary>
        public async Task<ProbeVerdict?> ListenAsync(byte[] say, TimeSpan patience, bool forText, CancellationToken ct)
        {
            using var deadline = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
            try
            {
                await stream.WriteAsync(say, either.Token).ConfigureAwait(false);
                while (true)
                {
                    int count = await stream.ReadAsync(_bytes, either.Token).ConfigureAwait(false);
                    if (count == 0)
                        throw new EndOfStreamException("the port ended while it was probed");
                    if (HearsFrame(_bytes.AsSpan(0, count)))
                        return ProbeVerdict.Diag;
                    if (forText && HearsText(_bytes.AsSpan(0, count)))
                        return ProbeVerdict.AtCommands;
                }
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                return null;
            }
        }

        /// <summary>Says something that no answer is expected to; a port that takes no bytes is left alone.</summary>
        public async Task SayAsync(byte[] say, TimeSpan patience, CancellationToken ct)
        {
            using var deadline = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
            try
            {
                await stream.WriteAsync(say, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
            {
            }
        }

        private bool HearsFrame(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                FrameOutcome outcome = _decoder.Decode(bytes, out int consumed);
                bytes = bytes[consumed..];
                bool isEcho = _decoder.Packet is [DiagCode.Verno];
                if (outcome == FrameOutcome.Frame && !isEcho)
                    return true;
            }
            return false;
        }

        private bool HearsText(ReadOnlySpan<byte> bytes)
        {
            const int Enough = 4096;
            if (_text.WrittenCount > Enough)
                _text.ResetWrittenCount();
            _text.Write(bytes);
            return _text.WrittenSpan.IndexOf("OK\r"u8) >= 0 || _text.WrittenSpan.IndexOf("ERROR"u8) >= 0;
        }
    }
}
