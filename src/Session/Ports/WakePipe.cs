using System.IO.Pipes;

namespace ImeiAgent.Session;

/// <summary>A pipe to oneself, so that a thread in poll() can be woken. Its owner says when, and not after it is disposed.</summary>
internal sealed class WakePipe : IDisposable
{
    private readonly AnonymousPipeServerStream _in = new(PipeDirection.Out, HandleInheritability.None);
    private readonly AnonymousPipeClientStream _out;

    public WakePipe() => _out = new AnonymousPipeClientStream(PipeDirection.In, _in.ClientSafePipeHandle);

    /// <summary>Readable from <see cref="Wake"/> until <see cref="Drain"/>.</summary>
    public int Descriptor => (int)_out.SafePipeHandle.DangerousGetHandle();

    public void Wake() => _in.WriteByte(1);

    /// <summary>Takes all wake-ups so far; to be called when there is one.</summary>
    public void Drain()
    {
        Span<byte> wakeUps = stackalloc byte[64];
        _ = _out.Read(wakeUps);
    }

    public void Dispose()
    {
        _in.Dispose();
        _out.Dispose();
    }
}
