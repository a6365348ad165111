using System.Diagnostics;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Integration.Stress;

/// <summary>
/// What is read from a rude phone over a pseudo-terminal is what the phone holds: 65,536 items of 2 SIMs (unless said), compared one by one with the
/// simulator's own memory, and the stress is shown to have happened.
/// </summary>
public sealed class FullDumpTests(ITestOutputHelper output)
{
    private const int Seed = 4711;
    private static readonly ItemRange Everything = new(0, 65535);
    private static readonly ItemRange LastQuarter = new(49152, 65535);
    private static readonly ItemRange LastEighth = new(57344, 65535);

    /// <param name="Quirks">What the phone does.</param>
    /// <param name="Window">Most requests outstanding.</param>
    /// <param name="Happened">What shows that it was done to us.</param>
    /// <param name="Timeout">How long a reply is waited for, in milliseconds.</param>
    /// <param name="Part">What is read instead of everything: for the slower variants of a stress that has its full dump elsewhere.</param>
    private sealed record Stress(
        string Quirks, int Window, Func<SessionCounters, PhoneCounters, bool> Happened, int Timeout = 10_000, ItemRange? Part = null);

    private static readonly Dictionary<string, Stress> Stresses = new()
    {
        ["no stress, one request at a time"] = new("", 1, (line, _) => line is { Resent: 0, BadFrames: 0, Strays: 0 }),
        ["no stress, 16 requests at a time"] = new("", 16, (line, _) => line is { Resent: 0, BadFrames: 0, Strays: 0 }),
        ["logs, events and messages between request and reply"] =
            new("unsolicited=0.2", 16, (line, _) => line is { Unsolicited: > 20_000, Resent: 0, BadFrames: 0, Strays: 0 }),
        ["garbage before replies"] = new("garbage=0.02", 16, (line, _) => line.BadFrames > 2_000),
        ["garbage before replies, one request at a time"] =
            new("garbage=0.016", 1, (line, _) => line.BadFrames > 150, Part: LastEighth),
        ["abort sequences"] = new("abort=0.02", 16, (line, _) => line is { BadFrames: > 2_000, Resent: 0 }),
        ["flags before replies"] = new("leading-flag=1", 16, (line, _) => line is { Resent: 0, BadFrames: 0, Strays: 0 }),
        ["two frames in one write"] = new("join=0.5", 16, (line, _) => line is { Resent: 0, BadFrames: 0, Strays: 0 }),
        ["replies in pieces of one byte"] = new("split=0.01", 16, (line, _) => line is { Resent: 0, BadFrames: 0, Strays: 0 }),
        ["replies 50 ms late, waited for"] =
            new("late=0.001:50ms", 1, (line, phone) => line is { Resent: 0, LateReplies: 0 } && AllReads(phone) < 16_384 + 50, Part: LastEighth),
        ["replies 50 ms late, given up before"] =
            new("late=0.002:50ms", 1, (line, _) => line is { Resent: > 15, LateReplies: > 15 }, Timeout: 20, Part: LastEighth),
        ["replies 50 ms late, overtaken"] = new("late=0.0003:50ms", 16, (line, _) => line is { Resent: > 15, LateReplies: > 15 }),
        ["replies with a wrong check"] = new("bad-crc=0.0005", 64, (line, _) => line is { BadFrames: > 30, Resent: > 30 }),
        ["replies with a wrong check, one request at a time"] =
            new("bad-crc=0.04", 1, (line, _) => line is { BadFrames: > 400, Resent: > 400 }, Part: LastEighth),
        ["replies lost"] = new("drop=0.0005", 64, (line, _) => line.Resent > 30),
        ["requests lost"] = new("lose=0.005", 64, (line, _) => line.Resent > 100, Timeout: 200, Part: LastQuarter),
        ["replies sent twice"] = new("duplicate=0.02", 16, (line, _) => line is { Strays: > 2_000, Resent: 0 }),
        ["NV task busy"] = new("busy=0.0003", 16, (_, phone) => AllReads(phone) > 131_072 + 15),
        ["refusals without the echo of their request"] = new("bare-refusals", 64, (line, _) => line is { Resent: > 0, Strays: 0 }, Timeout: 500, Part: LastQuarter),
        ["refusals without the echo of their request, and replies sent twice"] =
            new("bare-refusals,duplicate=0.02", 64, (line, _) => line is { Resent: > 0, Strays: > 100 }, Timeout: 500, Part: LastEighth),
        ["one frame of each transfer looked at"] = new("one-frame-per-transfer", 64, (line, _) => line is { Resent: > 0, BadFrames: 0 }, Timeout: 500),
        ["everything beyond one request dropped"] =
            new("queue=1,service=150us", 64, (line, _) => line is { Resent: > 0 and < 200, BadFrames: 0 }, Timeout: 500, Part: LastEighth),
        ["everything beyond 16 requests dropped"] =
            new("queue=16", 64, (line, _) => line is { Resent: > 0, BadFrames: 0 }, Timeout: 500, Part: LastEighth),
        ["all at once"] = new(
            "unsolicited=0.05,garbage=0.002,abort=0.002,leading-flag=0.1,join=0.1,split=0.002,late=0.0001:50ms,bad-crc=0.0001,drop=0.0001,"
            + "duplicate=0.002,busy=0.0001",
            16,
            (line, _) => line is { Unsolicited: > 5_000, BadFrames: > 300, Resent: > 15, Strays: > 150 },
            Timeout: 80),
    };

    // The full dumps among them take their time: where not everything is to be done, only these and all that are of a part.
    private static readonly string[] s_always = ["no stress, 16 requests at a time", "logs, events and messages between request and reply", "all at once"];

    public static TheoryData<string> Names => [.. from one in Stresses where Effort.Full || one.Value.Part is not null || s_always.Contains(one.Key) select one.Key];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dump_is_the_truth_under(string stress)
    {
        Stress how = Stresses[stress];
        await using Line line = Connect(how.Quirks, how.Window, how.Timeout);

        await CompareAsync(line, how.Part ?? Everything);

        SessionCounters traffic = await line.TrafficAsync(Ct);
        output.WriteLine($"{traffic}; {AllReads(line.Phone.Counters)} reads reached the phone");
        Assert.True(how.Happened(traffic, line.Phone.Counters), $"the stress did not show: {traffic}");
    }

    [Fact]
    public async Task Items_at_both_ends_are_the_truth_when_every_reply_comes_in_pieces_of_one_byte()
    {
        await using Line line = Connect("split=1", 16, 10_000);

        await CompareAsync(line, new ItemRange(0, 700), new ItemRange(65300, 65535));

        Assert.Equal(0, (await line.TrafficAsync(Ct)).Resent);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Line Connect(string quirks, int window, int timeout)
    {
        output.WriteLine($"seed {Seed}, quirks \"{quirks}\", window {window}, reply timeout {timeout} ms");
        return new Line(quirks, Seed, new SessionOptions
        {
            LargestWindow = window,
            ReplyTimeout = TimeSpan.FromMilliseconds(timeout),
            DrainTime = TimeSpan.FromMilliseconds(500),
            // Many, because a short timeout also runs out when the machine is busy with something else.
            Attempts = 30,
        });
    }

    /// <summary>Dumps both SIMs and compares each item, in order, as told and as kept.</summary>
    private async Task CompareAsync(Line line, params ItemRange[] ranges)
    {
        long start = Stopwatch.GetTimestamp();
        var told = new List<NvReading>();
        DumpSummary? summary = null;
        await foreach (DumpEvent happened in line.DumpAsync(Ct, ranges))
        {
            if (happened is DumpBatch batch)
                told.AddRange(batch.Items);
            summary = happened as DumpSummary ?? summary;
        }
        output.WriteLine($"{told.Count} items in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");

        NvReading[] truth =
        [
            .. from slot in (int[])[1, 2]
               from range in ranges
               from item in Enumerable.Range(range.First, range.Last - range.First + 1)
               select line.Phone.Truth(slot, item),
        ];
        Assert.Empty(Differences(truth, told));
        Assert.Empty(Differences(truth, [.. line.Kept(summary!.Snapshot).Readings]));
        Assert.Equal(new NvItemId(65535), told[^1].Item);
        Assert.True(told[^1].IsActive);
        Assert.Equal((truth.Length, truth.Count(one => one.IsActive), 0), (summary.Total, summary.Active, summary.Failed));
    }

    private static IEnumerable<string> Differences(NvReading[] truth, List<NvReading> read)
    {
        Assert.Equal(truth.Length, read.Count);
        for (int i = 0; i < truth.Length; i++)
        {
            (NvReading want, NvReading have) = (truth[i], read[i]);
            bool same = want.Slot == have.Slot && want.Item == have.Item && want.Outcome == have.Outcome && want.Code == have.Code
                && want.Data.Bytes.SequenceEqual(have.Data.Bytes);
            if (!same)
                yield return $"SIM {want.Slot} item {want.Item}: {want.Outcome} {want.Code}, read as SIM {have.Slot} item {have.Item}: {have.Outcome} {have.Code}";
        }
    }

    private static long AllReads(PhoneCounters phone) => phone.Requests(DiagCode.NvRead) + phone.Requests(DiagCode.Subsystem);
}
