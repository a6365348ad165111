using System.Globalization;
using ImeiAgent.Benchmarks;

// Ratios measured in one run, never times to be asserted: dotnet run -c Release --project tests/Benchmarks -- [CASE] [ROUNDS]; for "load" it is minutes.
(string Name, Func<int, CancellationToken, Task<IReadOnlyList<Row>>> RunAsync)[] cases =
[
    ("framing", Framing.RunAsync),
    ("allocations", Allocations.RunAsync),
    ("simulator", SimulatorAlone.RunAsync),
    ("session", SessionAlone.RunAsync),
    ("queue-16", QueueOf16.RunAsync),
    ("drop-beyond-1", DropBeyond1.RunAsync),
    ("slow-work", SlowWork.RunAsync),
    ("full-dump", (rounds, ct) => Shipped.UseAsync(programs => FullDump.RunAsync(programs, rounds, ct), ct)),
    ("eight-phones", (rounds, ct) => Shipped.UseAsync(programs => EightPhones.RunAsync(programs, rounds, ct), ct)),
    ("telemetry", (rounds, ct) => Shipped.UseAsync(programs => Telemetry.WithoutDelayAsync(programs, rounds, ct), ct)),
    ("telemetry-200us", (rounds, ct) => Shipped.UseAsync(programs => Telemetry.WithWorkAsync(programs, rounds, ct), ct)),
    ("watchers", (rounds, ct) => Shipped.UseAsync(programs => Watchers.RunAsync(programs, rounds, ct), ct)),
    ("watched-dump", (rounds, ct) => Shipped.UseAsync(programs => WatchedDump.RunAsync(programs, rounds, ct), ct)),
    ("scroll", (rounds, ct) => Shipped.UseAsync(programs => Scroll.RunAsync(programs, rounds, ct), ct)),
    ("window", Window.RunAsync),
    ("load", (minutes, ct) => Shipped.UseAsync(programs => Load.RunAsync(programs, minutes, ct), ct)),
    ("resident", (_, ct) => Shipped.UseAsync(programs => Resident.RunAsync(programs, ct), ct)),
];
if (OperatingSystem.IsWindows())
{
    Console.WriteLine("The benchmarks need pseudo-terminals: Linux or macOS.");
    return 0;
}
string wanted = args.Length > 0 ? args[0] : "";
if (wanted.Length > 0 && !cases.Any(one => one.Name == wanted))
{
    Console.Error.WriteLine($"There is no case '{wanted}'. There are: {string.Join(", ", cases.Select(one => one.Name))}.");
    return 2;
}
int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
var rows = new List<Row>();
foreach (var one in cases.Where(one => wanted is "" || one.Name == wanted))
    rows.AddRange(await one.RunAsync(rounds, CancellationToken.None));
Row.Print(rows, rounds);
Shipped.Forget();
return 0;
