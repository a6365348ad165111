using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>
/// The span of an exchange, however it ends, and the counters of what should be rare. Other tests run at the same time and are heard too:
/// each test knows its own spans by its port, and counters by what it added at least.
/// </summary>
public sealed class SpanTests : IDisposable
{
    private readonly string _port = $"/dev/{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ActivityListener _listener;
    private readonly ConcurrentDictionary<string, long> _counts = [];
    private readonly MeterListener _meter = new();
    private readonly FlightRecorder _recorder;

    // Somebody asks, or there would be no spans.
    private readonly Activity _asking = new Activity("asking").Start();

    public SpanTests()
    {
        _recorder = new FlightRecorder(_port, new FakeTimeProvider());
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ImeiAgent.Session",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.GetTagItem("imeiagent.port") as string == _port)
                    _spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "ImeiAgent.Session")
                listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            string name = instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Key}={tag.Value}"));
            _counts.AddOrUpdate(name, value, (_, before) => before + value);
        });
        _meter.Start();
    }

    public void Dispose()
    {
        _asking.Dispose();
        _listener.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task An_answered_read_tells_command_slot_item_and_status()
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task<DiagReply<NvItem>> read = it.Read(550);
        it.AnswerRead(550, data: 8);
        Assert.Equal(8, (await read).Answer.Data.Bytes[0]);

        Activity span = Assert.Single(_spans);
        Assert.Equal(("DIAG_NV_READ_F", ActivityKind.Client, ActivityStatusCode.Unset), (span.OperationName, span.Kind, span.Status));
        Assert.Equal(
            $"imeiagent.port={_port} imeiagent.nv.slot=1 imeiagent.nv.item=550 imeiagent.answer=NV_DONE imeiagent.sends=1", Tags(span));
    }

    [Fact]
    public async Task The_second_slot_has_its_own_name_and_a_status_that_is_no_success_is_an_answer()
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task write = it.Session.SendAsync(new NvSubscriptionWriteRequest(NvItemId.Imei, 1, default), CancellationToken.None).AsTask();
        it.Port.DeliverPacket([0x4B, 0x30, 0x02, 0x00, 0x26, 0x02, 0x01, 0x00, .. new byte[128], 0x07, 0x00]);
        await write;

        Activity span = Assert.Single(_spans);
        Assert.Equal(("DIAG_SUBSYS_CMD_F NV_WRITE", ActivityStatusCode.Unset), (span.OperationName, span.Status));
        Assert.Equal(
            $"imeiagent.port={_port} imeiagent.nv.slot=2 imeiagent.nv.item=550 imeiagent.answer=NV_READONLY imeiagent.sends=1", Tags(span));
    }

    [Fact]
    public async Task A_refusal_is_named_and_counted_and_no_error()
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task<DiagReply<NvItem>> write = it.Write(550);
        it.Port.DeliverPacket(0x42, 0x27, 0x26, 0x02);
        Assert.Equal(RefusalCode.BadSpcMode, (await write).Refusal);

        Activity span = Assert.Single(_spans);
        Assert.Equal(("DIAG_NV_WRITE_F", ActivityStatusCode.Unset), (span.OperationName, span.Status));
        Assert.Equal("BAD_SPC_MODE", span.GetTagItem("imeiagent.answer"));
        Assert.InRange(_counts["imeiagent.diag.refusals imeiagent.answer=BAD_SPC_MODE"], 1, long.MaxValue);
    }

    [Theory]
    [InlineData(1, "accepted")]
    [InlineData(0, "refused")]
    public async Task A_code_is_accepted_or_refused_and_nowhere_in_the_span(byte verdict, string answer)
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task code = it.Session.SendAsync(new SpcRequest(Spc.TryParse("918273")!.Value), CancellationToken.None).AsTask();
        it.Port.DeliverPacket(0x41, verdict);
        await code;

        Activity span = Assert.Single(_spans);
        Assert.Equal("DIAG_SPC_F", span.OperationName);
        Assert.Equal($"imeiagent.port={_port} imeiagent.answer={answer} imeiagent.sends=1", Tags(span));
    }

    [Fact]
    public async Task A_repeated_request_is_one_span_that_counts_its_sends()
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task<DiagReply<NvItem>> read = it.Read(10);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        it.AnswerRead(10);
        await read;

        Activity span = Assert.Single(_spans);
        Assert.Equal(("NV_DONE", 2), (span.GetTagItem("imeiagent.answer"), span.GetTagItem("imeiagent.sends")));
        Assert.InRange(_counts["imeiagent.diag.resends"], 1, long.MaxValue);
    }

    [Fact]
    public async Task Bad_frames_that_came_meanwhile_are_told_and_those_from_before_are_not()
    {
        await using var it = new SessionFixture(attempts: 3, recorder: _recorder);
        it.Port.Deliver(0x26, 0x26, 0x02, 0x00, 0x00, 0x7E);
        Task<DiagReply<NvItem>> read = it.Read(10);
        it.Port.Deliver(0x26, 0x26, 0x02, 0x00, 0x00, 0x7E);
        it.Port.Deliver(0x26, 0x26, 0x02, 0x01, 0x00, 0x7E);
        it.AnswerRead(10);
        await read;
        Task<DiagReply<NvItem>> quiet = it.Read(11);
        it.AnswerRead(11);
        await quiet;

        Assert.Equal([2L, null], _spans.Select(span => span.GetTagItem("imeiagent.bad_frames")));
    }

    [Fact]
    public async Task A_request_that_is_never_answered_is_an_error()
    {
        await using var it = new SessionFixture(attempts: 2, recorder: _recorder);
        Task<DiagReply<NvItem>> read = it.Read(10);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        await Assert.ThrowsAsync<NoReplyException>(() => read);

        Activity span = Assert.Single(_spans);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(
            $"imeiagent.port={_port} imeiagent.nv.slot=1 imeiagent.nv.item=10 imeiagent.answer=none imeiagent.sends=2 error.type=NoReplyException", Tags(span));
    }

    [Fact]
    public async Task A_reply_without_its_layout_and_a_broken_session_are_errors()
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task<DiagReply<NvItem>> read = it.Read(10);
        it.Port.DeliverPacket(0x26, 0x0A, 0x00);
        await Assert.ThrowsAsync<MalformedReplyException>(() => read);
        read = it.Read(11);
        it.Port.End();
        await Assert.ThrowsAsync<SessionBrokenException>(() => read);

        Assert.Equal(
            [("malformed", "MalformedReplyException", ActivityStatusCode.Error), ("none", "SessionBrokenException", ActivityStatusCode.Error)],
            _spans.Select(span => ((string?)span.GetTagItem("imeiagent.answer"), (string?)span.GetTagItem("error.type"), span.Status)));
    }

    [Fact]
    public async Task A_request_that_was_taken_back_is_no_error()
    {
        using var cancel = new CancellationTokenSource();
        await using var it = new SessionFixture(recorder: _recorder);
        Task<DiagReply<NvItem>> read = it.ReadUntil(10, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RequestCanceledException>(() => read);

        Activity span = Assert.Single(_spans);
        Assert.Equal((ActivityStatusCode.Unset, "none", null), (span.Status, span.GetTagItem("imeiagent.answer"), span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task An_exchange_belongs_to_the_span_it_was_asked_in()
    {
        using var source = new ActivitySource("ImeiAgent.Session");
        await using var it = new SessionFixture(recorder: _recorder);
        using Activity asking = source.StartActivity("asking")!;
        Task<DiagReply<NvItem>> read = it.Read(10);
        Assert.Same(asking, Activity.Current);
        it.AnswerRead(10);
        await read;

        Assert.Equal((asking.TraceId, asking.SpanId), (Assert.Single(_spans).TraceId, _spans.Single().ParentSpanId));
    }

    [Fact]
    public async Task What_nobody_asked_for_is_no_trace()
    {
        Activity.Current = null;
        await using var it = new SessionFixture(recorder: _recorder);
        Task<DiagReply<NvItem>> read = it.Read(10);
        it.AnswerRead(10);
        await read;

        Assert.Empty(_spans);
    }

    [Fact]
    public async Task Whoever_counts_and_fails_keeps_no_answer_from_its_caller()
    {
        // Others are counted at the same time; the port's thread flows from here.
        var mine = new AsyncLocal<bool> { Value = true };
        int thrown = 0;
        using var failing = new MeterListener();
        failing.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "ImeiAgent.Session")
                listener.EnableMeasurementEvents(instrument);
        };
        failing.SetMeasurementEventCallback<long>((_, _, _, _) =>
        {
            if (!mine.Value)
                return;
            thrown++;
            throw new InvalidOperationException("a listener's fault");
        });
        failing.Start();
        await using var it = new SessionFixture(recorder: _recorder);

        Task<DiagReply<NvItem>> write = it.Write(550);
        it.Port.DeliverPacket(0x42, 0x27, 0x26, 0x02);
        Assert.Equal(RefusalCode.BadSpcMode, (await write.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken)).Refusal);
        Task<DiagReply<NvItem>> read = it.Read(10);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        it.AnswerRead(10, data: 8);
        Assert.Equal(8, (await read.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken)).Answer.Data.Bytes[0]);

        Assert.Equal(2, thrown);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_listens_and_fails_keeps_no_request_from_the_phone(bool atStart)
    {
        int thrown = 0;
        void Fail(ActivityTraceId trace)
        {
            if (trace != _asking.TraceId)
                return;
            thrown++;
            throw new InvalidOperationException("a listener's fault");
        }
        using var failing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ImeiAgent.Session",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = span => Fail(atStart ? span.TraceId : default),
            ActivityStopped = span => Fail(span.TraceId),
        };
        ActivitySource.AddActivityListener(failing);
        await using var it = new SessionFixture(recorder: _recorder);
        Task<DiagReply<NvItem>> read = it.Read(10);
        it.AnswerRead(10, data: 8);

        Assert.Equal(8, (await read).Answer.Data.Bytes[0]);
        Assert.Same(_asking, Activity.Current);
        Assert.Equal(1, thrown);
    }

    [Fact]
    public async Task One_of_thousands_makes_no_span_and_says_how_long_its_last_write_waited()
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task<TimedReply<NvItem>> read = it.Session.SendAsync<NvReadRequest, NvItem>(new NvReadRequest(new NvItemId(10)), CancellationToken.None).AsTask();
        it.Time.Advance(SessionFixture.ReplyTimeout);
        it.Time.Advance(TimeSpan.FromMilliseconds(20));
        it.AnswerRead(10, data: 4);
        TimedReply<NvItem> reply = await read;

        Assert.Equal((TimeSpan.FromMilliseconds(20), (byte)4), (reply.Took, reply.Reply.Answer.Data.Bytes[0]));
        Assert.Empty(_spans);
    }

    [Fact]
    public async Task Bad_frames_and_dropped_packets_are_counted()
    {
        await using var it = new SessionFixture(unsolicitedCapacity: 1, recorder: _recorder);
        it.Port.Deliver(0x26, 0x26, 0x02, 0x00, 0x00, 0x7E);
        it.Port.DeliverPacket(0x79, 1);
        it.Port.DeliverPacket(0x79, 2);

        Assert.InRange(_counts["imeiagent.diag.bad_frames"], 1, long.MaxValue);
        Assert.InRange(_counts["imeiagent.diag.unsolicited.dropped"], 1, long.MaxValue);
    }

    private static string Tags(Activity span) => string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
}
