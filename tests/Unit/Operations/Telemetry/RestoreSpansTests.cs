using System.Diagnostics;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Operations.Telemetry;

/// <summary>The spans of a restore: its phases in order, what the phone was asked below them, and in which of them it failed.</summary>
public sealed class RestoreSpansTests : IDisposable
{
    private readonly SpanRecorder _spans = new();

    [Fact]
    public async Task A_restore_with_a_restart_has_its_eight_phases_in_order()
    {
        await using var bench = new Bench();
        Activity root = await RunAsync(bench, Bench.Label() with { Restart = true });

        Activity restore = Assert.Single(_spans.Below(root));
        Assert.Equal(("restore", "applied", "journal/1"), (restore.DisplayName, restore.GetTagItem("imeiagent.outcome"), restore.GetTagItem("imeiagent.journal")));
        Assert.Equal(ActivityStatusCode.Unset, restore.Status);
        Assert.Equal(
            ["restore.checked", "restore.backed_up", "restore.intent", "restore.sent", "restore.read_back", "restore.reset", "restore.re_read", "restore.closed"],
            _spans.Below(restore).Select(phase => phase.DisplayName));
    }

    [Fact]
    public async Task Phases_follow_each_other_and_lie_within_the_restore()
    {
        await using var bench = new Bench();
        Activity root = await RunAsync(bench, Bench.Label());

        Activity restore = Assert.Single(_spans.Below(root));
        IReadOnlyList<Activity> phases = _spans.Below(restore);
        Assert.Equal(6, phases.Count);
        DateTime last = restore.StartTimeUtc;
        foreach (Activity phase in phases)
        {
            Assert.True(phase.StartTimeUtc >= last, $"{phase.DisplayName} began before the phase before it ended");
            last = phase.StartTimeUtc + phase.Duration;
        }
        Assert.True(last <= restore.StartTimeUtc + restore.Duration);
    }

    [Fact]
    public async Task What_fails_a_check_failed_in_the_checks()
    {
        await using var bench = new Bench("galaxy");
        await bench.ReadyAsync();
        using Activity root = SpanRecorder.Root();
        await Assert.ThrowsAsync<OperationException>(() => bench.RunAsync(Bench.Label("490154203237518")));
        root.Stop();

        Activity restore = Assert.Single(_spans.Below(root));
        Assert.Equal(("refused", "IMEI_IN_USE", ActivityStatusCode.Error), (restore.GetTagItem("imeiagent.outcome"), restore.GetTagItem("error.type"), restore.Status));
        Activity phase = Assert.Single(_spans.Below(restore));
        Assert.Equal(("restore.checked", "IMEI_IN_USE"), (phase.DisplayName, phase.GetTagItem("error.type")));
    }

    [Fact]
    public async Task A_value_that_does_not_hold_failed_when_it_was_read_back()
    {
        await using var bench = new Bench(quirks: "ignore-writes=550");
        Activity root = await RunAsync(bench, Bench.Label());

        Activity restore = Assert.Single(_spans.Below(root));
        Assert.Equal(ActivityStatusCode.Error, restore.Status);
        Assert.NotEqual("applied", restore.GetTagItem("imeiagent.outcome"));
        Assert.Contains(_spans.Below(restore), phase => phase.DisplayName == "restore.sent");
    }

    [Fact]
    public async Task A_memory_with_one_wrong_bit_is_told_as_that_and_the_putting_back_is_what_failed()
    {
        await using var bench = new Bench(quirks: "wear=550");
        Activity root = await RunAsync(bench, Bench.Label() with { Restart = true });

        Activity restore = Assert.Single(_spans.Below(root));
        IReadOnlyList<Activity> phases = _spans.Below(restore);
        Assert.Equal(
            ["restore.checked", "restore.backed_up", "restore.intent", "restore.sent", "restore.read_back", "restore.closed"], phases.Select(phase => phase.DisplayName));
        Assert.Equal(
            "Read back: neither the old nor the new value of all slots (slot 1: 1 bit off the new value)", phases[4].GetTagItem("imeiagent.detail"));
        Activity putBack = Assert.Single(_spans.Below(phases[5]));
        Assert.Equal(
            ("restore.put_back", "WRITE_OUTCOME_UNKNOWN", "Read back: slot 1: 1 bit off the old value"),
            (putBack.DisplayName, putBack.GetTagItem("error.type"), putBack.GetTagItem("imeiagent.detail")));
        Assert.Single(_spans.Below(putBack), span => span.DisplayName == "DIAG_NV_WRITE_F");
    }

    [Fact]
    public async Task An_old_value_that_could_be_put_back_is_a_step_of_the_reading_back()
    {
        await using var bench = new Bench(quirks: "wear-once=550");
        Activity root = await RunAsync(bench, Bench.Label());

        IReadOnlyList<Activity> phases = _spans.Below(Assert.Single(_spans.Below(root)));
        Assert.Equal(["restore.sent", "restore.read_back", "restore.read_back", "restore.closed"], phases.Skip(3).Select(phase => phase.DisplayName));
        Activity putBack = Assert.Single(_spans.Below(phases[5]));
        Assert.Equal(
            ("restore.put_back", ActivityStatusCode.Unset, "Read back: the old value"),
            (putBack.DisplayName, putBack.Status, putBack.GetTagItem("imeiagent.detail")));
    }

    [Fact]
    public async Task The_first_words_with_a_phone_are_one_trace()
    {
        // Of a seed that no other test has: names come from serial numbers, and spans of all tests are heard.
        await using var bench = new Bench();
        bench.Plug("galaxy", seed: 58_621);
        await Eventually.HoldsAsync(() => bench.Registry.List() is [_, { Port: "/dev/sim2", State: PhoneState.Ready }] or [{ Port: "/dev/sim2", State: PhoneState.Ready }, _]);
        string name = bench.Registry.List().Single(phone => phone.Port == "/dev/sim2").Name;

        Activity greeting = Assert.Single(_spans.All, span => span.DisplayName == "port.greet" && Equals(span.GetTagItem("imeiagent.device"), name));
        Assert.Equal((default, ActivityStatusCode.Unset), (greeting.ParentSpanId, greeting.Status));
        string[] asked = [.. _spans.Below(greeting).Select(span => span.DisplayName)];
        Assert.Equal(["DIAG_EVENT_REPORT_F", "DIAG_LOG_CONFIG_F", "DIAG_EXT_MSG_CONFIG_F", "DIAG_VERNO_F"], asked[..4]);
    }

    [Fact]
    public async Task A_validation_ends_with_the_checks()
    {
        await using var bench = new Bench();
        Activity root = await RunAsync(bench, Bench.Label() with { ValidateOnly = true });

        Activity restore = Assert.Single(_spans.Below(root));
        Assert.Equal(["restore.checked"], _spans.Below(restore).Select(phase => phase.DisplayName));
    }

    [Fact]
    public async Task What_the_journal_remembers_is_the_span_of_the_restore()
    {
        await using var bench = new Bench();
        Activity root = await RunAsync(bench, Bench.Label());

        Assert.Equal(Assert.Single(_spans.Below(root)).SpanId.ToHexString(), bench.Vault.Journal.Find(1)!.Entry.SpanId);
    }

    [Fact]
    public async Task Nothing_tells_the_number_or_what_was_typed()
    {
        await using var bench = new Bench();
        Activity root = await RunAsync(bench, Bench.Label() with { Reason = "ticket 4711 of Ms. Nobody", Evidence = "photo 356938035643809" });

        string told = string.Join('\n', _spans.Of(root.TraceId).SelectMany(span =>
            span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Append(span.DisplayName).Append(span.StatusDescription)));
        Assert.Contains("restore.read_back", told, StringComparison.Ordinal);
        foreach (string secret in (string[])["356938035643809", "35693803564380", "083A65390853468390", "Nobody"])
            Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => _spans.Dispose();

    private static async Task<Activity> RunAsync(Bench bench, RestoreRequest request)
    {
        await bench.ReadyAsync();
        using Activity root = SpanRecorder.Root();
        await bench.RunAsync(request);
        return root;
    }
}
