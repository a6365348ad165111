using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>What is kept of traces has a bound, whatever comes.</summary>
public class TracesBoundsTests
{
    [Fact]
    public void The_bounds_are_those_of_the_documentation()
    {
        var limits = new TracesLimits();

        Assert.Equal((1000, 64 << 20, 14.0, 1000, 200, 32 << 20),
            (limits.TracesOfAKind, limits.SpanBytes, limits.Age.TotalDays, limits.SpansOfATrace, limits.Recordings, limits.RecordingBytes));
    }

    [Fact]
    public void The_oldest_go_when_there_are_too_many_and_successes_push_out_no_failure()
    {
        using var room = new TracesRoom(new TracesLimits { TracesOfAKind = 3, SpansUnlooked = 1 });
        room.Traces.Append([TracesRoom.Span(1, 1, error: "NO_REPLY")]);
        for (int i = 2; i <= 9; i++)
            room.Traces.Append([TracesRoom.Span(i, 1)]);

        Assert.Equal([9, 8, 7, 1], Kept(room));
        Assert.Empty(room.Traces.Spans(TracesRoom.Id(2)));
    }

    [Fact]
    public void Refused_calls_push_out_nothing_that_failed_with_a_phone_however_many_and_large_they_are()
    {
        using var room = new TracesRoom(new TracesLimits { TracesOfAKind = 3, SpanBytes = 60_000, SpansUnlooked = 1 });
        room.Traces.Append([TracesRoom.Span(1, 1, name: "restore", error: "WRITE_NOT_IN_EFFECT", attributes: ("imeiagent.journal", "journal/7"))]);
        room.Traces.KeepRecording(TracesRoom.Id(2), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[10], "text");
        room.Traces.Append([TracesRoom.Span(3, 1, name: "dump", error: "DEVICE_DISCONNECTED")]);
        // Refused before a phone was asked: a restore without a lease, and a call.
        room.Traces.Append([TracesRoom.Span(4, 1, name: "restore", error: "LEASE_REQUIRED")]);
        for (int i = 5; i <= 20; i++)
            for (int span = 1; span <= 9; span++)
                room.Traces.Append([TracesRoom.Span(i, span, error: "ROLE_REQUIRED", source: "ImeiAgent.Agent", kind: SpanKind.Server, attributes: ("text", new string('x', 900)))]);

        Assert.Equal([20, 19, 18, 3, 2, 1], Kept(room));
    }

    [Fact]
    public void A_client_that_is_refused_again_and_again_pushes_out_no_failure_of_a_phone()
    {
        using var room = new TracesRoom(new TracesLimits { TracesOfAKind = 3, SpansUnlooked = 1 });
        room.Traces.Append([TracesRoom.Span(1, 1, error: "NO_REPLY", attributes: ("imeiagent.device", "devices/a"))]);
        room.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[10], "text");
        for (int i = 2; i <= 9; i++)
            room.Traces.Append([TracesRoom.Span(i, 1, error: "PERMISSION_DENIED", source: "ImeiAgent.Agent", kind: SpanKind.Server)]);

        Assert.Equal([9, 8, 7, 1], Kept(room));
        Assert.NotNull(room.Traces.Recording(1));
    }

    [Fact]
    public void Nothing_is_kept_longer_than_its_time()
    {
        using var room = new TracesRoom(new TracesLimits { SpansUnlooked = 1 });
        room.Traces.Append([TracesRoom.Span(1, 1)]);
        room.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[10], "text");
        room.Time.Advance(TimeSpan.FromDays(13));
        room.Traces.Append([TracesRoom.Span(2, 1)]);
        Assert.Equal([2, 1], Kept(room));

        room.Time.Advance(TimeSpan.FromDays(2));
        room.Close();

        Assert.Equal([2], Kept(room));
        Assert.Null(room.Traces.Recording(1));
    }

    [Fact]
    public void The_oldest_go_when_they_are_too_large_and_the_file_stops_growing()
    {
        using var room = new TracesRoom(new TracesLimits { SpanBytes = 100_000, SpansUnlooked = 1 });
        for (int i = 1; i <= 200; i++)
            room.Traces.Append([TracesRoom.Span(i, 1, attributes: ("text", new string('x', 9000)))]);

        Assert.Equal(Enumerable.Range(191, 10).Reverse(), Kept(room).Take(10));
        Assert.InRange(Kept(room).Count, 10, 11);
        room.Close();
        Assert.InRange(new FileInfo(room.File).Length, 50_000, 600_000);
    }

    [Fact]
    public void A_trace_has_so_many_spans_and_the_last_places_are_for_what_says_most()
    {
        using var room = new TracesRoom(new TracesLimits { SpansOfATrace = 10, SpansSpared = 3 });
        for (int i = 1; i <= 20; i++)
            room.Traces.Append([TracesRoom.Span(1, i, parent: 99)]);
        room.Traces.Append([TracesRoom.Span(1, 97, parent: 99, name: "item", error: "NO_REPLY"), TracesRoom.Span(1, 99, name: "dump")]);

        TraceRow trace = room.Traces.Find(TracesRoom.Id(1));

        Assert.Equal((9, 13L, "NO_REPLY"), (trace.Spans, trace.SpansLeftOut, trace.Error));
        Assert.Contains(room.Traces.Spans(TracesRoom.Id(1)), s => s.Name == "dump");
    }

    [Fact]
    public void Recordings_have_a_number_and_a_size_of_their_own()
    {
        using var room = new TracesRoom(new TracesLimits { Recordings = 3, RecordingBytes = 1000 });
        for (int i = 1; i <= 5; i++)
            Assert.True(room.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[10], "text"));
        Assert.Equal([3L, 4L, 5L], room.Traces.Recordings(TracesRoom.Id(1)).Select(r => r.Number));

        Assert.True(room.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[980], "text"));
        Assert.Equal([5L, 6L], room.Traces.Recordings(TracesRoom.Id(1)).Select(r => r.Number));

        Assert.False(room.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, new byte[1000], "text"));
        Assert.Equal(1, room.Traces.Lost);
    }

    private static List<int> Kept(TracesRoom room) => [.. room.Traces.List(false, null, 1000, null).Select(t => Convert.ToInt32(t.TraceId[..8], 16))];
}
