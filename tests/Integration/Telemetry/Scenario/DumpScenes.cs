using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Telemetry.Scenario;

/// <summary>Dumps of phones that talk too much, garble, answer nothing, refuse, and go away.</summary>
internal static class DumpScenes
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>One phone, one misfortune after the other; the last two dumps do not end well.</summary>
    public static async Task RudeAsync(Measurements measurements)
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty(link: folder.File("phone"));
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        string name = await agent.PhoneAsync();
        var jobs = new JobService.JobServiceClient(agent.Channel);

        foreach ((string quirks, uint last) in ((string, uint)[])[("unsolicited=1", 600), ("bad-crc=0.02", 300), ("busy=1", 2)])
        {
            phone.Misbehave(quirks);
            Assert.Equal(JobState.Succeeded, await DumpAsync(last, TimeSpan.FromMinutes(1)));
        }

        phone.Misbehave("");
        HeldReply held = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 100);
        Job cancelled = await StartAsync(200, TimeSpan.FromMinutes(1));
        await held.Reached.WaitAsync(Eventually.Deadline, Ct);
        measurements.LookAtGauges();
        await jobs.CancelJobAsync(new() { Name = cancelled.Name }, cancellationToken: Ct);
        held.Release();

        HeldReply lost = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 150);
        Task<JobState> failed = DumpAsync(250, TimeSpan.FromSeconds(1));
        await lost.Reached.WaitAsync(Eventually.Deadline, Ct);
        phone.Host.Unplug();
        Assert.Equal(JobState.Failed, await failed);

        async Task<Job> StartAsync(uint last, TimeSpan wait) => (await jobs.StartDumpAsync(
            new() { Device = name, Ranges = { new NvRange { First = 0, Last = last } }, SaveSnapshot = true, WaitLimit = Duration.FromTimeSpan(wait) }, cancellationToken: Ct)).Job;

        async Task<JobState> DumpAsync(uint last, TimeSpan wait)
        {
            Job job = await StartAsync(last, wait);
            return (await jobs.WaitJobAsync(new() { Name = job.Name, Limit = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) }, cancellationToken: Ct)).Job.State;
        }
    }

    /// <summary>A phone that has no second SIM refuses to read of it; and one that is unplugged while it is asked who it is.</summary>
    public static async Task RefusingAndGoneAsync()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-single-sim", link: folder.File("phone"));
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        string name = await agent.PhoneAsync();
        await TellingAgent.CallAsync(async options => await new NvService.NvServiceClient(agent.Channel).ReadItemAsync(new() { Device = name, Item = 550, Slot = 2 }, options));

        HeldReply held = phone.Phone.Traps.HoldReply(DiagCode.NvRead, 550);
        Task<(string Reason, string)> identify = TellingAgent.CallAsync(
            async options => await new DeviceService.DeviceServiceClient(agent.Channel).IdentifyDeviceAsync(new() { Device = name }, options));
        await held.Reached.WaitAsync(Eventually.Deadline, Ct);
        phone.Host.Unplug();
        Assert.Equal("DEVICE_DISCONNECTED", (await identify).Reason);
    }
}
