using System.Runtime.InteropServices;
using ImeiAgent.Client.Cli;
using ImeiAgent.Demo;

if (args is not ([] or ["--once"]))
{
    Console.Error.WriteLine("Usage: dotnet run --project src/Demo [-- --once]   (--once: end after the story instead of waiting for Ctrl-C)");
    return 2;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    await using Bench bench = await Bench.StartAsync(stop.Token);
    Console.WriteLine("Two simulated phones and an agent are up:");
    Console.WriteLine($"  {bench.HealthyPort}   healthy");
    Console.WriteLine($"  {bench.LostPort}   its IMEI is lost");
    Console.WriteLine($"$ export IMEI_AGENT={bench.Endpoint}");

    var story = new Story(bench, new Typist(Terminal.OfProcess(), bench.Endpoint, stop.Token), TimeProvider.System);
    bool restored = await story.TellAsync(stop.Token);
    Console.WriteLine();
    Console.WriteLine(restored
        ? $"Done: {Bench.LabelImei} was read back from the phone."
        : "Failed: the number on the label was not read back from the phone.");

    if (args is [])
    {
        Console.WriteLine();
        Console.WriteLine("The bench stays up. Try it from another terminal, as in:");
        Console.WriteLine($"  dotnet run --project src/Client.Cli -- --agent {bench.Endpoint} -d {story.Phone} nv read 0-20");
        Console.WriteLine($"  dotnet run --project src/Client.Desktop -- --agent {bench.Endpoint}");
        Console.WriteLine("Ctrl-C ends it.");
        await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }
    return restored ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
