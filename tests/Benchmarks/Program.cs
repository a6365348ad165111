using ImeiAgent.Benchmarks;

// Ratios measured in one run, never times to be asserted: dotnet run -c Release --project tests/Benchmarks [-- ROUNDS]
int rounds = args.Length == 0 ? 3 : int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
if (OperatingSystem.IsWindows())
{
    Console.WriteLine("The benchmark needs pseudo-terminals: Linux or macOS.");
    return 0;
}
await FullDump.RunAsync(rounds, CancellationToken.None);
return 0;
