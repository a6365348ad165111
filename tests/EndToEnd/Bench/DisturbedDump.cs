using ImeiAgent.Client;
using ImeiAgent.Client.Cli;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>
/// A bench on which a dump of one SIM, started by the test, is disturbed; and what it must come to all the same: the hash of an
/// undisturbed dump of the same phone, taken before.
/// </summary>
internal sealed class DisturbedDump : IAsyncDisposable
{
    /// <summary>Items of one SIM.</summary>
    public const int Items = 65536;

    private const string Profile = "galaxy";
    private const int PhoneSeed = 71;

    // Once for all tests: it is the same phone, and always the same dump.
    private static readonly Lazy<Task<string>> s_undisturbed = new(ReadUndisturbedAsync);

    private readonly string _quirks;

    private DisturbedDump(string quirks, string sha256, PhoneProcess phone, Bench bench) =>
        (_quirks, Sha256, Phone, Bench) = (quirks, sha256, phone, bench);

    /// <summary>Phone, agent and command line.</summary>
    public Bench Bench { get; }

    /// <summary>The phone.</summary>
    public PhoneProcess Phone { get; }

    /// <summary>Of the undisturbed dump.</summary>
    public string Sha256 { get; }

    /// <summary>A phone like it, to be asked what it holds.</summary>
    public SimulatedPhone Twin { get; } = SimulatedPhone.Create(Profile, PhoneSeed);

    /// <summary>The job's name, once it was started here or <see cref="ReachesAsync"/> has found it.</summary>
    public string Job { get; private set; } = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A phone and an agent that is ready for it, with an undisturbed dump done.</summary>
    /// <param name="service">How long the phone works at an item, in microseconds: so that a dump lasts long enough to be disturbed.</param>
    public static async Task<DisturbedDump> StartAsync(int service)
    {
        string sha256 = await s_undisturbed.Value;
        var bench = new Bench();
        string quirks = $"service={service}us";
        PhoneProcess phone = await bench.PlugAsync("phone", Profile, PhoneSeed, quirks);
        await bench.StartAgentAsync();
        return new DisturbedDump(quirks, sha256, phone, bench);
    }

    /// <summary>Starts the dump by the command line, whose output is the items.</summary>
    public OurProgram StartReading() => Bench.StartImei("--json", "-d", Phone.Link, "nv", "read", "0-65535");

    /// <summary>Starts the dump with no client that watches it.</summary>
    public async Task StartJobAsync()
    {
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(Bench.Endpoint));
        Job = (await client.StartDumpAsync(new() { Ranges = { new NvRange { First = 0, Last = Items - 1 } } }, Ct)).Job.Name;
    }

    /// <summary>Another client that wants the items of the job from its beginning.</summary>
    public OurProgram StartWatching() => Bench.StartImei("--json", "jobs", "watch", Job);

    /// <summary>The phone is switched on again.</summary>
    public Task RestartPhoneAsync() => Phone.StartAsync(_quirks, Ct);

    /// <summary>Waits until the job has that many items on the disk, or ended, and then for as long as said.</summary>
    /// <returns>How many there are then.</returns>
    public async Task<int> ReachesAsync(int items, TimeSpan pause)
    {
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(Bench.Endpoint));
        await Eventually.HoldsAsync(async () => (await FindAsync(client)) is { } job && (job.HasEnded || job.Progress.Done >= items), 3 * Eventually.Deadline);
        await Task.Delay(pause, Ct);
        return (int)(await FindAsync(client))!.Progress.Done;
    }

    /// <summary>
    /// Fails unless the job ends well, with the hash of the undisturbed dump, nothing unknown or skipped, nothing learned to be skipped,
    /// and it was the only one.
    /// </summary>
    public async Task EndsWellAsync()
    {
        await using var client = AgentClient.Connect(AgentEndpoint.Parse(Bench.Endpoint));
        await client.WaitJobAsync(Job, 2 * Eventually.Deadline, Ct);
        Result show = await Bench.ImeiAsync("--json", "jobs", "show", Job);
        show.Ended(ExitCode.Ok);
        Job job = GetJobResponse.Parser.ParseJson(show.Out).Job;
        Assert.True(job.State == JobState.Succeeded, $"{job}");
        Assert.Equal((Sha256, (uint)Items, 0u, 0u), (job.Summary.Sha256, job.Summary.Total, job.Summary.Failed, job.Summary.Skipped));
        Assert.Empty((await client.ListSkipsAsync(new(), Ct)).Skips);
        Assert.Single((await client.ListJobsAsync(new(), Ct)).Jobs);
    }

    /// <summary>Fails unless the command line ends well and printed every item once, as the phone holds it, and the hash of the undisturbed dump.</summary>
    public async Task ToldEverythingAsync(OurProgram imei)
    {
        Result result = await Bench.EndAsync(imei);
        result.Ended(ExitCode.Ok);
        IReadOnlyList<WatchJobResponse> told = ItemStream.Parse(imei.Output);
        Assert.Equal(Items, ItemStream.IsTrue(told, Twin));
        Assert.Equal(Sha256, told[^1].Summary.Sha256);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Twin.Dispose();
        await Bench.DisposeAsync();
    }

    private async Task<Job?> FindAsync(AgentClient client)
    {
        if (Job.Length > 0)
            return (await client.GetJobAsync(new() { Name = Job }, Ct)).Job;
        Job? found = (await client.ListJobsAsync(new(), Ct)).Jobs.FirstOrDefault();
        Job = found?.Name ?? "";
        return found;
    }

    private static async Task<string> ReadUndisturbedAsync()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", Profile, PhoneSeed);
        await bench.StartAgentAsync();
        await using OurProgram imei = bench.StartImei("--json", "-d", phone.Link, "nv", "read", "0-65535");
        (await Bench.EndAsync(imei)).Ended(ExitCode.Ok);
        IReadOnlyList<WatchJobResponse> told = ItemStream.Parse(imei.Output);
        using var twin = SimulatedPhone.Create(Profile, PhoneSeed);
        Assert.Equal(Items, ItemStream.IsTrue(told, twin));
        return told[^1].Summary.Sha256;
    }
}
