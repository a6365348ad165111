using System.Runtime.InteropServices;
using ImeiAgent.Client.Cli;

using CancellationTokenSource stop = new();
void Stop(PosixSignalContext signal)
{
    // A second Ctrl-C ends the process the hard way.
    if (stop.IsCancellationRequested)
        return;
    signal.Cancel = true;
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await ImeiCli.RunAsync(args, Terminal.OfProcess(), stop.Token);
