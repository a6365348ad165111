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
