using ImeiAgent.Diag.Framing;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Integration.Simulator;

/// <summary>Frames out, frames in, nothing else: no retries, no matching, so that tests see what the phone really sent.</summary>
internal sealed class SimulatorClient(Stream port) : IAsyncDisposable
{
    /// <summary>NV_READ of item 550, short form, as a literal frame.</summary>
    public static readonly byte[] ReadImeiFrame = Convert.FromHexString("262602DF477E");

    /// <summary>Item 550 with IMEI 356938035643809.</summary>
    public const string Imei1 = "083A65390853468390";

    /// <summary>Item 550 with IMEI 490154203237518.</summary>
    public const string Imei2 = "084A09512430325781";

    private readonly HdlcDecoder _decoder = new();
    private readonly byte[] _buffer = new byte[65536];
    private ReadOnlyMemory<byte> _rest;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Bytes of hex digits; blanks are passed over, "00*119" stands for 119 zeros.</summary>
    public static byte[] Hex(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(part => part.Split('*') is [var value, var count]
            ? Enumerable.Repeat(Convert.FromHexString(value)[0], int.Parse(count, System.Globalization.CultureInfo.InvariantCulture))
            : Convert.FromHexString(part))];

    public static byte[] Frame(ReadOnlySpan<byte> packet)
    {
        byte[] frame = new byte[Hdlc.MaxFrameLength(packet.Length)];
        return frame[..HdlcEncoder.Encode(packet, frame)];
    }

    public ValueTask SendAsync(byte[] packet) => SendRawAsync(Frame(packet));

    public ValueTask SendRawAsync(byte[] bytes) => port.WriteAsync(bytes, Ct);

    /// <summary>The bytes of the next read.</summary>
    public async Task<byte[]> ReadOnceAsync()
    {
        int count = await port.ReadAsync(_buffer, Ct).AsTask().WaitAsync(Eventually.Deadline, Ct);
        return _buffer[..count];
    }

    /// <summary>The next good packet; null at the port's end. Bad frames are counted in <see cref="BadFrames"/>.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        while (true)
        {
            while (!_rest.IsEmpty)
            {
                FrameOutcome outcome = _decoder.Decode(_rest.Span, out int consumed);
                _rest = _rest[consumed..];
                if (outcome == FrameOutcome.Frame)
                    return _decoder.Packet.ToArray();
                if (outcome == FrameOutcome.BadFrame)
                    BadFrames++;
            }
            byte[] more = await ReadOnceAsync();
            if (more.Length == 0)
                return null;
            _rest = more;
        }
    }

    public int BadFrames { get; private set; }

    /// <summary>Sends a packet, given as for <see cref="Hex"/>, and gives the hex digits of the next packet; "" at the port's end.</summary>
    public async Task<string> AskAsync(string request)
    {
        await SendAsync(Hex(request));
        return Convert.ToHexString(await ReceiveAsync() ?? []);
    }

    public ValueTask DisposeAsync() => port.DisposeAsync();
}
