using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei lease list | acquire | release | steal | watch
internal static class LeaseVerb
{
    public static Command Build(Globals globals) =>
        new("lease", "Exclusive use of a phone for writes. imei restore takes and returns a lease by itself; reads need none.")
        {
            BuildList(globals), BuildAcquire(globals), BuildRelease(globals), BuildSteal(globals), BuildWatch(globals),
        };

    private static Argument<ulong> TokenArgument() => new("TOKEN") { Description = "The lease's fencing token, as imei lease acquire printed it and imei lease list shows it." };

    private static Option<uint?> TtlOption() => new("--ttl") { Description = "How long it holds without being renewed, 5 to 3600; else 30.", HelpName = "SECONDS" };

    private static Option<uint?> LimitOption() => new("--max") { Description = "How long it holds at the most, up to 86400 (a day); else 28800 (8 hours).", HelpName = "SECONDS" };

    private static Option<bool> HoldOption() => new("--hold") { Description = "Stay and keep it until Ctrl-C, then give it back." };

    private static Command BuildList(Globals globals)
    {
        Command list = new("list", "List who holds which phone.");
        globals.RefuseDevice(list, "Leave it out: the leases of all phones are listed.");
        globals.Run(list, async invocation =>
        {
            Screen screen = invocation.Screen;
            ListLeasesResponse answer = await invocation.Client.ListLeasesAsync(invocation.Cancellation).ConfigureAwait(false);
            if (screen.Json)
                screen.Message(answer);
            else if (answer.Leases.Count == 0)
                screen.Note("Nobody holds a phone.");
            else
                screen.Table(["PHONE", "TOKEN", "HOLDER", "SINCE (UTC)", "UNTIL (UTC)", "WAITING", "PURPOSE"], answer.Leases.Select(Row));
            return ExitCode.Ok;
        });
        return list;
    }

    private static Command BuildAcquire(Globals globals)
    {
        Option<string> purpose = new("--purpose") { Description = "What for: others are told while they wait.", HelpName = "TEXT", Required = true };
        Option<uint?> ttl = TtlOption(), limit = LimitOption();
        Option<uint?> wait = new("--wait") { Description = "How long to wait in line, up to 600; else not at all.", HelpName = "SECONDS" };
        Option<bool> hold = HoldOption();
        Command acquire = new("acquire", "Take a phone. For imei restore give the token that is printed with --lease.") { purpose, ttl, limit, wait, hold };
        globals.Run(acquire, async invocation =>
        {
            AcquireLeaseRequest request = new()
            {
                Device = invocation.Device,
                Purpose = invocation.Parsed.GetRequiredValue(purpose),
                RequestId = Guid.NewGuid().ToString(),
                Ttl = Seconds(invocation.Parsed.GetValue(ttl)),
                MaxDuration = Seconds(invocation.Parsed.GetValue(limit)),
                Wait = Seconds(invocation.Parsed.GetValue(wait)),
            };
            AcquireLeaseResponse answer = await invocation.Client.AcquireLeaseAsync(request, invocation.Cancellation).ConfigureAwait(false);
            Print(invocation.Screen, answer, answer.Lease);
            return await StayAsync(invocation, answer.Lease, invocation.Parsed.GetValue(hold)).ConfigureAwait(false);
        });
        return acquire;
    }

    private static Command BuildSteal(Globals globals)
    {
        Option<string> reason = new("--reason") { Description = "Why: its holder is told, and it is kept in the audit.", HelpName = "TEXT", Required = true };
        Option<uint?> ttl = TtlOption(), limit = LimitOption();
        Option<bool> hold = HoldOption();
        Command steal = new("steal", "Take a phone from its holder (supervisors). A write that is under way is not interrupted.") { reason, ttl, limit, hold };
        globals.Run(steal, async invocation =>
        {
            StealLeaseRequest request = new()
            {
                Device = invocation.Device,
                Reason = invocation.Parsed.GetRequiredValue(reason),
                RequestId = Guid.NewGuid().ToString(),
                Ttl = Seconds(invocation.Parsed.GetValue(ttl)),
                MaxDuration = Seconds(invocation.Parsed.GetValue(limit)),
            };
            StealLeaseResponse answer = await invocation.Client.StealLeaseAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (answer.Taken is { } taken)
                invocation.Screen.Note($"Taken from {Words.Holder(taken)}, who is told: {taken.Purpose}");
            Print(invocation.Screen, answer, answer.Lease);
            return await StayAsync(invocation, answer.Lease, invocation.Parsed.GetValue(hold)).ConfigureAwait(false);
        });
        return steal;
    }

    private static Command BuildRelease(Globals globals)
    {
        Argument<ulong> token = TokenArgument();
        Command release = new("release", "Give a phone back. One that was lost meanwhile is no error.") { token };
        globals.Run(release, async invocation =>
        {
            ReleaseLeaseRequest request = new() { Device = invocation.Device, FencingToken = invocation.Parsed.GetRequiredValue(token) };
            ReleaseLeaseResponse answer = await invocation.Client.ReleaseLeaseAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(answer);
            else
                invocation.Screen.Line($"lease {request.FencingToken} {Words.For(answer.End)}");
            return ExitCode.Ok;
        });
        return release;
    }

    private static Command BuildWatch(Globals globals)
    {
        Argument<ulong> token = TokenArgument();
        Command watch = new("watch", "Follow a lease of yours, which keeps it. Ctrl-C ends the watching; the lease then ends unless it is renewed.") { token };
        globals.Run(watch, invocation => WatchAsync(invocation, invocation.Device, invocation.Parsed.GetRequiredValue(token)));
        return watch;
    }

    private static async Task<ExitCode> StayAsync(Invocation invocation, Lease lease, bool hold)
    {
        if (!hold)
        {
            invocation.Screen.Note($"It ends at {Until(lease)} unless it is renewed. To keep it: imei lease watch -d {Names.Short(lease.Device)} {lease.FencingToken}");
            return ExitCode.Ok;
        }
        try
        {
            return await WatchAsync(invocation, lease.Device, lease.FencingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (invocation.Cancellation.IsCancellationRequested)
        {
            ReleaseLeaseRequest request = new() { Device = lease.Device, FencingToken = lease.FencingToken };
            ReleaseLeaseResponse answer = await invocation.Client.ReleaseLeaseAsync(request, CancellationToken.None).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(answer);
            else
                invocation.Screen.Line($"lease {lease.FencingToken} {Words.For(answer.End)}");
            return ExitCode.Ok;
        }
    }

    /// <summary>Tells who begins or ceases to wait, and how it ends; not each time it is renewed.</summary>
    private static async Task<ExitCode> WatchAsync(Invocation invocation, string device, ulong token)
    {
        Screen screen = invocation.Screen;
        WatchLeaseRequest request = new() { Device = device, FencingToken = token };
        Lease? last = null;
        await foreach (WatchLeaseResponse news in invocation.Client.WatchLeaseAsync(request, invocation.Cancellation).ConfigureAwait(false))
        {
            if (screen.Json)
                screen.Message(news);
            else if (news.End == LeaseEnd.Unspecified && last is null)
                screen.Note($"Holding {Names.Short(news.Lease.Device)} (lease {token}): it is renewed until Ctrl-C.");
            else if (news.End == LeaseEnd.Unspecified && last!.Waiting != news.Lease.Waiting)
                screen.Note($"{news.Lease.Waiting} waiting for {Names.Short(news.Lease.Device)}.");
            last = news.Lease;
            if (news.End == LeaseEnd.Unspecified)
                continue;
            if (!screen.Json)
                screen.Line(Words.Ended(news));
            return news.End == LeaseEnd.Released ? ExitCode.Ok : ExitCode.Refused;
        }
        throw new CliException(ExitCode.Internal, "NO_END", "the agent did not say how the lease ended");
    }

    private static void Print(Screen screen, IMessage answer, Lease lease)
    {
        if (screen.Json)
            screen.Message(answer);
        else
            screen.Line($"lease {lease.FencingToken} on {Names.Short(lease.Device)}, until {Until(lease)}");
    }

    private static Cell[] Row(Lease lease) =>
    [
        Names.Short(lease.Device),
        lease.FencingToken.ToString(CultureInfo.InvariantCulture),
        Words.Holder(lease),
        JobPrinter.Time(lease.AcquireTime),
        JobPrinter.Time(lease.ExpireTime),
        lease.Waiting.ToString(CultureInfo.InvariantCulture),
        lease.Purpose,
    ];

    private static string Until(Lease lease) => $"{JobPrinter.Time(lease.ExpireTime)} UTC";

    private static Duration? Seconds(uint? seconds) => seconds is { } given ? new Duration { Seconds = given } : null;
}
